import type { StoredExpectation } from '../../../core/counts/counted-writes.ts';
import type { ExpectationStore, WindowExpectation } from '../../../core/feed/expectation-store.ts';

/**
 * @param rows by merchant and start
 * @param onWrite called with each row that was written, like the table's stream
 */
export function memoryExpectations(
  rows: Map<string, WindowExpectation>,
  onWrite: (stored: StoredExpectation) => void = () => undefined,
): ExpectationStore {
  return {
    async keep(expectation) {
      const name = `${expectation.merchantId}#${expectation.start}`;
      const stored = rows.get(name);
      if (stored?.expected === expectation.expected) return;
      rows.set(name, expectation);
      onWrite({ ...expectation, expectedBefore: stored?.expected ?? 0 });
    },
    async list({ merchantId, from, to }) {
      return [...rows.values()]
        .filter((row) => row.merchantId === merchantId && row.start >= from && row.start < to)
        .sort((left, right) => (left.start < right.start ? -1 : 1));
    },
  };
}
