/** What went wrong outside: nobody's answer, somebody's outage. Expected results are values, never faults. */
export class Fault extends Error {
  readonly code: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;

  constructor(options: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'Fault';
    this.code = options.code;
    this.retryable = options.retryable;
  }
}

/** This machine's clock disagrees with the table's: what it would stamp could break the feed's order. */
export function clockSkewFault(skewMs: number): Fault {
  return new Fault({
    code: 'clock_skew',
    message: `The clock is ${Math.round(skewMs)} ms off the table's; nothing is stamped until it agrees.`,
    retryable: true,
  });
}
