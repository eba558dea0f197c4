interface FaultOptions {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly cause?: unknown;
}

/** An external failure: no answer, or an outage. Expected results are values, never faults. */
export class Fault extends Error {
  readonly code: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;

  constructor(options: FaultOptions) {
    super(options.message, { cause: options.cause });
    this.name = 'Fault';
    this.code = options.code;
    this.retryable = options.retryable;
  }
}

/** This machine's clock disagrees with the table's. Its stamps could break the order of the feed. */
export function clockSkewFault(skewMs: number): Fault {
  return new Fault({
    code: 'clock_skew',
    message: `The clock is ${Math.round(skewMs)} ms off the table's clock. Nothing is stamped until they agree.`,
    retryable: true,
  });
}

/** A stored row that cannot be parsed. The reader must not continue as if the row did not exist. */
export function unreadableRowFault(row: string, cause: unknown): Fault {
  return new Fault({
    code: UNREADABLE_ROW,
    message: `The row ${row} cannot be read: ${String(cause).replaceAll(/\s+/g, ' ').slice(0, 300)}`,
    retryable: false,
    cause,
  });
}

const UNREADABLE_ROW = 'unreadable_row';

/** Whether a single row is broken, in contrast to a failure that would affect every row. */
export function isUnreadable(error: unknown): error is Fault {
  return error instanceof Fault && error.code === UNREADABLE_ROW;
}

/** Causes of an error that {@link isTimeout} looks at. */
const MAX_CAUSES = 5;

/** Whether an error, or one of its causes, says that an answer took too long. The call may still be carried out. */
export function isTimeout(error: unknown): boolean {
  let one = error;
  for (let depth = 0; one instanceof Error && depth < MAX_CAUSES; depth += 1) {
    if (one.name === 'TimeoutError' || one.name === 'AbortError') return true;
    one = one.cause;
  }
  return false;
}

/** The merchant of a request does not exist any more: it was erased after the request was let in. */
export function unknownMerchantFault(): Fault {
  return new Fault({
    code: UNKNOWN_MERCHANT,
    message: 'The merchant does not exist any more.',
    retryable: false,
  });
}

const UNKNOWN_MERCHANT = 'unknown_merchant';

export function isUnknownMerchant(error: unknown): error is Fault {
  return error instanceof Fault && error.code === UNKNOWN_MERCHANT;
}
