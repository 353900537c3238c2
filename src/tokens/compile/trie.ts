/** Builds the double-array trie of trie.ts. */
import { TRIE, type Trie } from '../trie.ts';

const { END, FREE, IS_TOKEN, PAYLOAD_SHIFT, ROOT_BASE } = TRIE;

/** Labels are below this, so a base and its children lie in one block. */
const BLOCK = 512;
/** The base that leaves bear; nobody's children are there. */
const NO_BASE = 0;

export function buildTrie(tokens: readonly (Uint8Array | undefined)[]): Trie {
  const tree = buildTree(tokens);
  const { bases, slotCount } = placeChildren(tree);
  const trie = new Int32Array(slotCount).fill(FREE);
  for (let parent = 0; parent < tree.nodeCount; parent++) {
    const base = bases[parent] as number;
    const end = tree.firstChild[parent + 1] as number;
    for (let child = tree.firstChild[parent] as number; child < end; child++) {
      const label = tree.label[child] as number;
      const payload = (label === END ? tree.token[child] : bases[child]) as number;
      const hasEnd = label !== END && tree.label[tree.firstChild[child] as number] === END;
      trie[base ^ label] = (payload << PAYLOAD_SHIFT) | (hasEnd ? IS_TOKEN : 0) | label;
    }
  }
  return trie;
}

/** An ordinary trie whose nodes are numbered breadth first, so that siblings are neighbours. */
interface Tree {
  readonly nodeCount: number;
  /** The children of `node` are firstChild[node] up to firstChild[node + 1]; END is the first. */
  readonly firstChild: Int32Array;
  readonly label: Uint16Array;
  /** Of the nodes labelled END. */
  readonly token: Int32Array;
}

function buildTree(tokens: readonly (Uint8Array | undefined)[]): Tree {
  const sorted = tokens
    .flatMap((bytes, id) => (bytes === undefined ? [] : [{ bytes, id }]))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const atMost = sorted.reduce((sum, { bytes }) => sum + bytes.length + 1, 1);
  const label = new Uint16Array(atMost);
  const token = new Int32Array(atMost);
  const firstChild = new Int32Array(atMost + 1);
  // A node stands for the run of sorted tokens that begin with its path, `depth` bytes long.
  const runStart = new Int32Array(atMost);
  const runEnd = new Int32Array(atMost);
  const depths = new Uint8Array(atMost);
  runEnd[0] = sorted.length;
  let nodeCount = 1;
  const labelAt = (rank: number, depth: number) => sorted[rank]?.bytes[depth] ?? END;
  for (let node = 0; node < nodeCount; node++) {
    firstChild[node] = nodeCount;
    if (label[node] === END) continue;
    const depth = depths[node] as number;
    const end = runEnd[node] as number;
    let from = runStart[node] as number;
    while (from < end) {
      const next = labelAt(from, depth);
      let to = from + 1;
      while (to < end && labelAt(to, depth) === next) to++;
      label[nodeCount] = next;
      token[nodeCount] = (sorted[from] as { id: number }).id;
      runStart[nodeCount] = from;
      runEnd[nodeCount] = to;
      depths[nodeCount] = depth + 1;
      nodeCount++;
      from = to;
    }
  }
  firstChild[nodeCount] = nodeCount;
  return { nodeCount, firstChild, label, token };
}

/**
 * Gives every inner node a base at which the slots of all its children are free. The nodes with
 * the most children go first, while there is room; those with one child then fill every gap. The
 * free slots are a linked list: searching them all instead takes half a minute.
 */
function placeChildren(tree: Tree): { bases: Int32Array; slotCount: number } {
  const { firstChild, label: labels } = tree;
  const capacity = BLOCK * (4 + Math.ceil((2 * tree.nodeCount) / BLOCK));
  const nextFree = new Int32Array(capacity).map((_, slot) => slot + 1);
  const previousFree = new Int32Array(capacity).map((_, slot) => slot - 1);
  const isTaken = new Uint8Array(capacity);
  const isOwned = new Uint8Array(capacity);
  const bases = new Int32Array(tree.nodeCount).fill(NO_BASE);
  let firstFree = 0;
  let highest = 0;

  const fits = (node: number, base: number): boolean => {
    if (isOwned[base]) return false;
    const end = firstChild[node + 1] as number;
    for (let child = firstChild[node] as number; child < end; child++) {
      if (isTaken[base ^ (labels[child] as number)]) return false;
    }
    return true;
  };
  const claim = (node: number, base: number): void => {
    bases[node] = base;
    isOwned[base] = 1;
    const end = firstChild[node + 1] as number;
    for (let child = firstChild[node] as number; child < end; child++) {
      const slot = base ^ (labels[child] as number);
      const before = previousFree[slot] as number;
      const after = nextFree[slot] as number;
      if (before < 0) firstFree = after;
      else nextFree[before] = after;
      if (after < capacity) previousFree[after] = before;
      isTaken[slot] = 1;
      highest = Math.max(highest, slot);
    }
  };

  isOwned[NO_BASE] = 1;
  claim(0, ROOT_BASE);
  let slot = firstFree;
  let previous: Family | undefined;
  for (const family of familiesOfInnerNodes(tree)) {
    // Where a like family did not fit before it is not tried again.
    if (!isLike(family, previous)) slot = firstFree;
    previous = family;
    while (isTaken[slot]) slot = nextFree[slot] as number;
    while (!fits(family.parent, slot ^ family.firstLabel)) slot = nextFree[slot] as number;
    claim(family.parent, slot ^ family.firstLabel);
  }
  return { bases, slotCount: BLOCK * (1 + Math.floor(highest / BLOCK)) };
}

interface Family {
  readonly parent: number;
  readonly count: number;
  readonly firstLabel: number;
}

function isLike(family: Family, other: Family | undefined): boolean {
  return family.count === other?.count && family.firstLabel === other.firstLabel;
}

/** All nodes with children but the root, in the order in which they are placed. */
function familiesOfInnerNodes({ nodeCount, firstChild, label }: Tree): Family[] {
  const families: Family[] = [];
  for (let parent = 1; parent < nodeCount; parent++) {
    const first = firstChild[parent] as number;
    const count = (firstChild[parent + 1] as number) - first;
    if (count > 0) families.push({ parent, count, firstLabel: label[first] as number });
  }
  return families.sort((a, b) => b.count - a.count || b.firstLabel - a.firstLabel);
}
