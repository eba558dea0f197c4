import type { MerchantId } from '../model.ts';

/** How many notifications the outcomes of an audited window expect. A window that expects none has no row. */
export interface WindowExpectation {
  readonly merchantId: MerchantId;
  /** The start of the window. */
  readonly start: string;
  readonly expected: number;
}

interface ExpectationRange {
  readonly merchantId: MerchantId;
  /** Starts of windows: `from` inclusive, `to` exclusive. */
  readonly from: string;
  readonly to: string;
}

/**
 * Written by the audit, and read from the stream by the counts. A row also holds what it said before, so that the stream
 * shows by how much each write changed it.
 */
export interface ExpectationStore {
  /** Repeating it writes nothing. Another number replaces the stored one: rows of the window came late. */
  keep(expectation: WindowExpectation): Promise<void>;
  /** Oldest first. Eventually consistent. */
  list(range: ExpectationRange): Promise<readonly WindowExpectation[]>;
}
