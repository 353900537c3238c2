/** Builds the double-array trie of trie.ts. */
import { TRIE, type Trie } from '../trie.ts';

const { END, FREE, IS_LEAF, IS_TOKEN, NO_TOKEN, PAYLOAD_SHIFT, ROOT_BASE } = TRIE;

/** Labels are below this, so a base and its children lie in one block. */
const BLOCK = 512;
/** A cache line of memory has so many slots. */
const LINE = 16;
/** The tokens up to this id are placed first, then in each turn up to twice as many. */
const FIRST_IDS = 1 << 10;

export function buildTrie(tokens: readonly (Uint8Array | undefined)[]): Trie {
  const tree = buildTree(tokens);
  const { bases, slotCount } = placeChildren(tree);
  const trie = new Int32Array(slotCount).fill(FREE);
  for (let parent = 0; parent < tree.nodeCount; parent++) {
    const base = bases[parent] as number;
    const end = tree.firstChild[parent + 1] as number;
    for (let child = tree.firstChild[parent] as number; child < end; child++) {
      const label = tree.label[child] as number;
      const token = tree.token[child] as number;
      const isLeaf = isWithoutChildren(tree, child);
      const payload = isLeaf ? token : (bases[child] as number);
      const flags = token === NO_TOKEN || label === END ? 0 : IS_TOKEN | (isLeaf ? IS_LEAF : 0);
      trie[base ^ label] = (payload << PAYLOAD_SHIFT) | flags | label;
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
  /** The token that ends at the node, or NO_TOKEN. */
  readonly token: Int32Array;
  /** The lowest token at the node or below. */
  readonly lowest: Int32Array;
}

function isWithoutChildren({ firstChild }: Tree, node: number): boolean {
  return firstChild[node] === firstChild[node + 1];
}

function buildTree(tokens: readonly (Uint8Array | undefined)[]): Tree {
  const sorted = tokens
    .flatMap((bytes, id) => (bytes === undefined ? [] : [{ bytes, id }]))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const atMost = sorted.reduce((sum, { bytes }) => sum + bytes.length + 1, 1);
  const label = new Uint16Array(atMost);
  const token = new Int32Array(atMost).fill(NO_TOKEN);
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
    const depth = depths[node] as number;
    const end = runEnd[node] as number;
    let from = runStart[node] as number;
    if (label[node] === END || labelAt(from, depth) === END)
      token[node] = sorted[from]?.id ?? NO_TOKEN;
    if (token[node] !== NO_TOKEN && end - from === 1) continue;
    while (from < end) {
      const next = labelAt(from, depth);
      let to = from + 1;
      while (to < end && labelAt(to, depth) === next) to++;
      label[nodeCount] = next;
      runStart[nodeCount] = from;
      runEnd[nodeCount] = to;
      depths[nodeCount] = depth + 1;
      nodeCount++;
      from = to;
    }
  }
  firstChild[nodeCount] = nodeCount;
  return {
    nodeCount,
    firstChild,
    label,
    token,
    lowest: lowestTokens(nodeCount, firstChild, token),
  };
}

function lowestTokens(nodeCount: number, firstChild: Int32Array, token: Int32Array): Int32Array {
  const lowest = new Int32Array(nodeCount);
  // Children have higher numbers.
  for (let node = nodeCount - 1; node >= 0; node--) {
    let least = token[node] === NO_TOKEN ? Number.POSITIVE_INFINITY : (token[node] as number);
    const end = firstChild[node + 1] as number;
    for (let child = firstChild[node] as number; child < end; child++) {
      least = Math.min(least, lowest[child] as number);
    }
    lowest[node] = least;
  }
  return lowest;
}

/**
 * Gives every inner node a base at which the slots of all its children are free. Nodes on the way
 * to frequent tokens go first, so that these lie close together. Of those, the nodes with the most
 * children go first, while there is room; those with one child then fill every gap, in the cache
 * line of their parent if it has one. The free slots are linked: searching them all instead takes
 * half a minute.
 */
function placeChildren(tree: Tree): { bases: Int32Array; slotCount: number } {
  const { firstChild, label: labels } = tree;
  const capacity = BLOCK * (4 + Math.ceil((2 * tree.nodeCount) / BLOCK));
  const free = new FreeSlots(capacity);
  const isOwned = new Uint8Array(capacity);
  const bases = new Int32Array(tree.nodeCount);
  const slots = new Int32Array(tree.nodeCount);
  let highest = 0;

  const fits = (node: number, base: number): boolean => {
    if (isOwned[base]) return false;
    const end = firstChild[node + 1] as number;
    for (let child = firstChild[node] as number; child < end; child++) {
      if (!free.has(base ^ (labels[child] as number))) return false;
    }
    return true;
  };
  const claim = (node: number, base: number): void => {
    bases[node] = base;
    isOwned[base] = 1;
    const end = firstChild[node + 1] as number;
    for (let child = firstChild[node] as number; child < end; child++) {
      const slot = base ^ (labels[child] as number);
      slots[child] = slot;
      free.take(slot);
      highest = Math.max(highest, slot);
    }
  };

  claim(0, ROOT_BASE);
  // Where a like family did not fit before it is not tried again.
  const searched = new Map<number, number>();
  for (const { parent, count, firstLabel } of familiesOfInnerNodes(tree)) {
    const like = count * BLOCK + firstLabel;
    const from = count === 1 ? (slots[parent] as number) & -LINE : (searched.get(like) ?? 0);
    let slot = free.from(from);
    while (!fits(parent, slot ^ firstLabel)) slot = free.from(slot + 1);
    if (count > 1) searched.set(like, slot);
    claim(parent, slot ^ firstLabel);
  }
  return { bases, slotCount: BLOCK * (1 + Math.floor(highest / BLOCK)) };
}

/** Slots that are taken and never given back: a forest of disjoint sets (Tarjan 1975). */
class FreeSlots {
  /** A free slot is its own; from a taken one the way leads to the next that is free. */
  readonly #next: Int32Array;

  constructor(count: number) {
    this.#next = new Int32Array(count + 1).map((_, slot) => slot);
  }

  has(slot: number): boolean {
    return this.#next[slot] === slot;
  }

  take(slot: number): void {
    this.#next[slot] = slot + 1;
  }

  /** The first free slot that is not below. */
  from(slot: number): number {
    const next = this.#next;
    let found = slot;
    while (next[found] !== found) found = next[found] as number;
    for (let at = slot; at !== found; ) {
      const after = next[at] as number;
      next[at] = found;
      at = after;
    }
    return found;
  }
}

interface Family {
  readonly parent: number;
  readonly count: number;
  readonly firstLabel: number;
  /** In which turn it is placed. */
  readonly turn: number;
}

/** All nodes with children but the root, in the order in which they are placed. */
function familiesOfInnerNodes(tree: Tree): Family[] {
  const { nodeCount, firstChild, label, lowest } = tree;
  const families: Family[] = [];
  for (let parent = 1; parent < nodeCount; parent++) {
    if (isWithoutChildren(tree, parent)) continue;
    const first = firstChild[parent] as number;
    const count = (firstChild[parent + 1] as number) - first;
    const turn = Math.ceil(Math.log2(Math.max(1, (lowest[parent] as number) / FIRST_IDS)));
    families.push({ parent, count, firstLabel: label[first] as number, turn });
  }
  return families.sort((a, b) => a.turn - b.turn || b.count - a.count || a.parent - b.parent);
}
