import type { AuditFacts } from '../../core/report.ts';
import { count, counted } from '../../core/wording.ts';
import { listed, type Rule } from '../rule.ts';

/** Exports of periods that overlap would otherwise count twice what both have. */
export const overlap: Rule<AuditFacts> = {
  id: 'overlap',
  severity: 'note',
  *check({ overlaps, perhapsTwice, ofNobody, bill }) {
    for (const { file, keptFile, rows, differing } of overlaps) {
      const shared = `${keptFile} has the same buckets or requests as ${counted(rows, 'row')} of this file; they are counted once`;
      yield differing === 0
        ? { source: { file }, message: shared, rows }
        : {
            severity: 'warning',
            source: { file },
            message: `${shared}, and as ${count(differing)} of them differ, the fuller file counts: export the period again`,
            rows,
          };
    }
    for (const { of, file, otherFile, models, rows } of perhapsTwice) {
      const told =
        of === 'sums'
          ? `${otherFile} has buckets of ${listed(models)} on the days of ${counted(rows, 'row')} of this file, of another length or grouped by something else; if it is the same use, it is counted twice: audit one of the two`
          : file === otherFile
            ? `this file has batches of ${listed(models)} beside ${counted(rows, 'request')} of batches; if these are of them, they are counted twice: leave one of the two out`
            : `${otherFile} has sums of ${listed(models)} for the time of ${counted(rows, 'request')} of this file; if these are in them, they are counted twice: audit one of the two`;
      yield {
        severity: 'warning',
        source: { file },
        message: told,
        certainty: 'possible',
        rows,
      };
    }
    for (const { file, organizations, rows } of [...ofNobody, ...(bill?.ofNobody ?? [])]) {
      yield {
        severity: 'warning',
        source: { file },
        message: `this file names no organization for ${counted(rows, 'row')}, on days for which others name ${count(organizations)}; that counts as one more, and twice if it is of one of these: leave the file out, or export it with the organization`,
        certainty: 'possible',
        rows,
      };
    }
  },
};
