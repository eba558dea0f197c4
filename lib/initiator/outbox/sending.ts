import type {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../protocol/runtime/clock.ts';
import { InitiatorFault, invalidOption } from '../fault.ts';
import type { TableClock } from './table-clock.ts';

/** One request to DynamoDB: bounded in time, made once, and its answer compared with the clock. */

type Command = GetCommand | QueryCommand | TransactWriteCommand;

/** What went wrong with a request, by what it means for its effect. */
export type Failure = {
  /**
   * - `busy`: nothing was done, for want of capacity or because others were under way.
   * - `uncertain`: no answer, or one that says nothing; it may have been done, and may yet be.
   * - `refused`: nothing was done, and never will be.
   * - `not_sent`: the SDK could not make a request of it.
   */
  readonly kind: 'busy' | 'uncertain' | 'refused' | 'not_sent';
  readonly error: unknown;
};

const BUSY = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'TransactionConflictException',
  'ReplicatedWriteConflictException',
]);

export interface Sending {
  readonly clock: Clock;
  readonly tableClock: TableClock;
  /** Milliseconds for the whole request. */
  readonly timeoutMs: number;
}

/**
 * Makes one request.
 *
 * @param request sends `command`, and ends when the signal says so
 * @returns the answer, or why there is none; never throws for what the SDK, the network or DynamoDB does
 */
export async function send<Answer>(
  sending: Sending,
  command: Command,
  request: (abortSignal: AbortSignal) => Promise<Answer>,
): Promise<{ readonly kind: 'answered'; readonly answer: Answer } | Failure> {
  const { clock, tableClock, timeoutMs } = sending;
  let wasSent = false;
  // All commands have the same stack as far as an answer's headers go. Documents' commands go through it twice.
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
  if (BUSY.has(name ?? '')) return 'busy';
  if (!wasSent) return 'not_sent';
  // With the same token under way somewhere else it will end, but not by this answer.
  if (name === 'TransactionInProgressException') return 'uncertain';
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 ? 'refused' : 'uncertain';
}

/** A failure as the fault that it is to whoever called. */
export function faultOf(what: string, { kind, error }: Failure): InitiatorFault {
  const isPassing = kind === 'busy' || kind === 'uncertain';
  const code = isPassing ? 'unavailable' : kind === 'refused' ? 'refused_by_aws' : 'not_sent';
  return new InitiatorFault({ code, message: `${what}: ${error}`, retryable: isPassing, cause: error });
}

/**
 * Refuses a client that would work most of the time: repetitions inside the SDK reuse a stamp that grew old, and
 * translations of values change what is written or read.
 *
 * @throws InitiatorFault `invalid_option`
 */
export async function checkClient(client: DynamoDBDocumentClient): Promise<void> {
  if (typeof client.config?.maxAttempts !== 'function') {
    throw invalidOption('client is not a DynamoDBDocumentClient of @aws-sdk/lib-dynamodb.');
  }
  if ((await client.config.maxAttempts()) !== 1) {
    throw invalidOption('The client repeats requests by itself: make it with maxAttempts: 1.');
  }
  const { marshallOptions, unmarshallOptions } = client.config.translateConfig ?? {};
  if (marshallOptions?.convertEmptyValues === true) {
    throw invalidOption('The client turns empty text into NULL: make it without convertEmptyValues.');
  }
  if (unmarshallOptions?.wrapNumbers !== undefined && unmarshallOptions.wrapNumbers !== false) {
    throw invalidOption('The client wraps numbers: make it without wrapNumbers.');
  }
}
