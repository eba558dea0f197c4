/** What the page and its worker tell each other. */

/** A ledger to compare. */
export interface Job {
  readonly file: File;
  /** Base of the addresses that answer questions about windows. */
  readonly base: string;
  readonly csrf: string;
  readonly windowSeconds: number;
  /** Milliseconds since 1970. */
  readonly closedThroughMs: number;
  /** The oldest time that the service keeps. */
  readonly keptSinceMs: number;
  /** What the user chose, at the start of a window. Default: from the ledger's first row to the last closed window. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export type Step = 'reading' | 'asking' | 'reading_again' | 'comparing';

export interface Difference {
  readonly class: string;
  readonly transactionId: string;
  readonly here?: Side;
  readonly there?: Side;
  /** ISO time of the start of its window. */
  readonly window: string;
}

export interface Side {
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly listedAt?: string;
}

export interface Result {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
  /** Rows before or after the compared range. */
  readonly outside: number;
  readonly pending: number;
  /** Starts of the windows that differ, in milliseconds. */
  readonly differing: readonly number[];
  /** How many of them were compared row by row. */
  readonly examined: number;
  readonly differences: readonly Difference[];
  /** Rows that left the browser. */
  readonly sentRows: number;
  /** How rows were matched: by windows, or, without `listedAt`, by transaction. */
  readonly mode: 'windows' | 'transactions';
}

export type News =
  | { readonly kind: 'progress'; readonly step: Step; readonly part: number }
  | { readonly kind: 'done'; readonly result: Result }
  /** `code` names a text of the page; `message` is from the ledger's own check. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
