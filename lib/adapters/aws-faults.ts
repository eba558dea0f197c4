import { Fault } from '../core/faults.ts';

/** Errors of the SDK that say "not now": the same call may succeed a moment later. */
const RETRYABLE = new Set([
  'AbortError',
  'TimeoutError',
  'InternalServerError',
  'InternalServiceError',
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottlingException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'TransactionConflictException',
  'TransactionInProgressException',
  'LimitExceededException',
  'KMSInternalException',
  'DependencyTimeoutException',
]);

/** Runs calls to AWS, and turns what goes wrong there into a Fault that says whether to try again. */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Fault ? error : faultOf(what, error);
  }
}

/** A transaction that was cancelled for no other reason than that others were under way. */
function collided(error: unknown): boolean {
  const { CancellationReasons } = error as { readonly CancellationReasons?: readonly { Code?: string }[] };
  const codes = CancellationReasons?.map(({ Code }) => Code).filter((code) => code !== 'None') ?? [];
  return codes.length > 0 && codes.every((code) => PASSING_REASONS.has(code ?? ''));
}

const PASSING_REASONS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

function faultOf(what: string, error: unknown): Fault {
  const { name, code, $metadata, $retryable } = error as {
    readonly name?: string;
    readonly code?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $retryable?: unknown;
  };
  const status = $metadata?.httpStatusCode ?? 0;
  // No status at all means that no answer came: the connection broke, and the effect is unknown.
  const unanswered = status === 0 && (code?.startsWith('E') === true || name === undefined);
  const retryable =
    RETRYABLE.has(name ?? '') || $retryable !== undefined || status >= 500 || unanswered || collided(error);
  return new Fault({
    code: retryable ? 'unavailable' : 'refused_by_aws',
    message: `${what}: ${name ?? 'error'}${error instanceof Error ? `: ${error.message}` : ''}`,
    retryable,
    cause: error,
  });
}
