import { Fault } from '../core/faults.ts';
import { BUSY_ERRORS, TRANSIENT_REASONS } from '../protocol/table/transient-failures.ts';

/** SDK errors that are temporary: the same call may succeed a moment later. */
const RETRYABLE = new Set([
  ...BUSY_ERRORS,
  'AbortError',
  'TimeoutError',
  'InternalServerError',
  'InternalServiceError',
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TransactionInProgressException',
  'LimitExceededException',
  'KMSInternalException',
  'DependencyTimeoutException',
]);

/** Runs a call to AWS. Turns its error into a Fault that says whether it is retryable. */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Fault ? error : faultOf(what, error);
  }
}

/** Whether a transaction was cancelled only because it collided with other transactions. */
function collided(error: unknown): boolean {
  const { CancellationReasons } = error as { readonly CancellationReasons?: readonly { Code?: string }[] };
  const codes = CancellationReasons?.map(({ Code }) => Code).filter((code) => code !== 'None') ?? [];
  return codes.length > 0 && codes.every((code) => TRANSIENT_REASONS.has(code ?? ''));
}

function faultOf(what: string, error: unknown): Fault {
  const { name, code, $metadata, $retryable } = error as {
    readonly name?: string;
    /** A `DOMException` has a number. */
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $retryable?: unknown;
  };
  const status = $metadata?.httpStatusCode ?? 0;
  // No status means no answer: the connection broke, and the effect is unknown.
  const unanswered =
    status === 0 && ((typeof code === 'string' && code.startsWith('E')) || name === undefined);
  const retryable =
    RETRYABLE.has(name ?? '') || $retryable !== undefined || status >= 500 || unanswered || collided(error);
  return new Fault({
    code: retryable ? 'unavailable' : 'refused_by_aws',
    message: `${what}: ${name ?? 'error'}${error instanceof Error ? `: ${error.message}` : ''}`,
    retryable,
    cause: error,
  });
}
