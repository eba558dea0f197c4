import type {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../protocol/runtime/clock.ts';
import { BUSY_ERRORS } from '../../protocol/table/transient-failures.ts';
import { InitiatorFault, invalidOption } from '../fault.ts';
import type { TableClock } from './table-clock.ts';

/** One request to DynamoDB, with a time limit and without retries. Its answer is compared with the clock. */

type Command = GetCommand | QueryCommand | TransactWriteCommand;

/** A failed request, classified by whether it may have taken effect. */
export type Failure = {
  /**
   * - `busy`: no effect, because of throttling or a conflict with another request. It may be repeated.
   * - `uncertain`: no answer, or an unclear one. The request may have taken effect, or may still do so.
   * - `refused`: no effect, and a repetition will not change that.
   * - `not_sent`: the SDK could not build a request.
   */
  readonly kind: 'busy' | 'uncertain' | 'refused' | 'not_sent';
  readonly error: unknown;
};

export interface Sending {
  readonly clock: Clock;
  readonly tableClock: TableClock;
  /** Time limit of the whole request in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Makes one request.
 *
 * @param request sends `command`, and must stop when the signal is aborted
 * @returns the answer or a failure; never throws errors of the SDK, the network or DynamoDB
 */
export async function send<Answer>(
  sending: Sending,
  command: Command,
  request: (abortSignal: AbortSignal) => Promise<Answer>,
): Promise<{ readonly kind: 'answered'; readonly answer: Answer } | Failure> {
  const { clock, tableClock, timeoutMs } = sending;
  let wasSent = false;
  // For the headers of an answer, all commands have the same middleware stack. Document commands pass it twice.
  (command.middlewareStack as GetCommand['middlewareStack']).add(
    (next) => async (args) => {
      wasSent = true;
      const sentMs = clock.now();
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      tableClock.learn({ sentMs, receivedMs: clock.now(), date: headers?.date });
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'tidingsTableClock', override: true },
  );
  try {
    return { kind: 'answered', answer: await request(AbortSignal.timeout(timeoutMs)) };
  } catch (error) {
    return { kind: kindOf(error, wasSent), error };
  }
}

function kindOf(error: unknown, wasSent: boolean): Failure['kind'] {
  const { name, $metadata } = error as {
    readonly name?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  if (BUSY_ERRORS.has(name ?? '')) return 'busy';
  if (!wasSent) return 'not_sent';
  // Another request with the same token is in flight. It will finish, but this answer does not show its result.
  if (name === 'TransactionInProgressException') return 'uncertain';
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 ? 'refused' : 'uncertain';
}

/** Converts a failure to the fault that the caller gets. */
export function faultOf(what: string, { kind, error }: Failure): InitiatorFault {
  const isTransient = kind === 'busy' || kind === 'uncertain';
  const code = isTransient ? 'unavailable' : kind === 'refused' ? 'refused_by_aws' : 'not_sent';
  return new InitiatorFault({ code, message: `${what}: ${error}`, retryable: isTransient, cause: error });
}

/**
 * Refuses a client with settings that would fail only sometimes: retries inside the SDK reuse an expired stamp, and
 * translations of values change what is written or read.
 *
 * @throws InitiatorFault `invalid_option`
 */
export async function checkClient(client: DynamoDBDocumentClient): Promise<void> {
  if (typeof client.config?.maxAttempts !== 'function') {
    throw invalidOption('client must be a DynamoDBDocumentClient of @aws-sdk/lib-dynamodb.');
  }
  if ((await client.config.maxAttempts()) !== 1) {
    throw invalidOption('The client retries requests itself. Create it with maxAttempts: 1.');
  }
  const { marshallOptions, unmarshallOptions } = client.config.translateConfig ?? {};
  if (marshallOptions?.convertEmptyValues === true) {
    throw invalidOption('The client converts empty text to NULL. Create it without convertEmptyValues.');
  }
  if (unmarshallOptions?.wrapNumbers !== undefined && unmarshallOptions.wrapNumbers !== false) {
    throw invalidOption('The client wraps numbers. Create it without wrapNumbers.');
  }
}
