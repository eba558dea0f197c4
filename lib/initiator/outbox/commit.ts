import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { callbackUrlRefusal } from '../../protocol/content/callback-url.ts';
import { type Machine, system } from '../../protocol/runtime/machine.ts';
import {
  formProblem,
  functionsProblem,
  integerProblem,
  machineProblems,
  optionsProblem,
  textProblem,
} from '../../protocol/runtime/option-rules.ts';
import { checkContent } from '../content-check.ts';
import { assertOptions, InitiatorFault, invalidFields } from '../fault.ts';
import { checkKey, type TransactionKey } from '../ids.ts';
import { plainOutcome } from '../plain-json.ts';
import type { RecordedOutcome, TerminalContent } from '../recorded-outcome.ts';
import { attemptCommit, type CancellationReason, type Commit } from './attempt.ts';
import { decideCommit } from './deciding.ts';
import type { TransactItem } from './limits.ts';
import type { StampedOutcome } from './outbox-items.ts';
import { openOutboxTable } from './outbox-table.ts';
import { checkClient } from './sending.ts';

export interface CommitOptions {
  /** The service's table. It must be in the same account and region as the tables of the items. */
  readonly tableName: string;
  /** Items that are written if and only if the outcome is written: at most 99 actions, or 98 after a PENDING. */
  readonly transactItems: readonly TransactItem[];
  /** How the transaction ended. PENDING is not allowed: it is recorded before the transaction runs. */
  readonly outcome: TransactionKey & TerminalContent;
  /** Whether a PENDING was recorded before. True saves the try that would find this out; default: false. */
  readonly afterPending?: boolean;
  /**
   * Idempotency key of this call, which makes it safe to repeat after a crash. Create it with {@link newCommitId} and
   * store it before the call. Default: a new id for each call.
   */
  readonly commitId?: string;
  /** Must equal the service's setting. It limits the time from stamp to commit; default: 30. */
  readonly feedLagSeconds?: number;
  /** Must equal the service's setting; default: 90. */
  readonly retentionDays?: number;
  /** Clock, randomness and waiting, for tests. */
  readonly machine?: Machine;
}

/** The result of a commit. Every kind except `committed` means that nothing was written. */
export type CommitResult =
  /** The outcome and all items were written. */
  | { readonly kind: 'committed'; readonly outcome: RecordedOutcome; readonly commitId: string }
  /** Another call already ended the transaction. An equal outcome of another call is a conflict, too. */
  | { readonly kind: 'outcome_conflict'; readonly current: RecordedOutcome }
  /** The outcome contradicts its PENDING in `fields`. */
  | {
      readonly kind: 'outcome_mismatch';
      readonly current: RecordedOutcome;
      readonly fields: readonly string[];
    }
  /** Conditions of the items did not hold, or DynamoDB refused the items. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

/** Maximum number of tries per call, each with a fresh stamp. */
const MAX_TRIES = 5;
const RETRY_BASE_MS = 50;
const MAX_STAMP_BOUND_MS = 3_000;
const COMMIT_ID_BYTES = 16;

/** An idempotency key for one call of {@link commitWithOutcome}. Store it to repeat the call after a crash. */
export function newCommitId(machine: Machine = system): string {
  return Buffer.from(machine.random.bytes(COMMIT_ID_BYTES)).toString('base64url');
}

/**
 * Writes your own items and the outcome in one DynamoDB transaction. This is a transactional outbox without an outbox
 * table of your own and without a poller. Either everything is written and will be delivered, or nothing is written.
 *
 * How failures are handled:
 * - Conflict with another transaction, or throttling: nothing was written; the call tries again.
 * - Lost answer: everything may have been written. The recorded outcome is read, and its `commitId` shows whether this
 *   call wrote it.
 * - Failed condition of the outcome: a conflict. Failed condition of your items: `cancelled`.
 *
 * @param client makes one try per request (`maxAttempts: 1`), because every try needs a stamp of its own
 * @throws InitiatorFault `result_unknown` (repeat with its `commitId`), `clock_skew` and `unavailable` (retryable,
 * nothing was written), `unknown_merchant`, codes of wrong fields, limits and options
 * @example
 * const result = await commitWithOutcome(client, { tableName, transactItems: [{ Update: shipOrder }], outcome });
 */
export async function commitWithOutcome(
  client: DynamoDBDocumentClient,
  options: CommitOptions,
): Promise<CommitResult> {
  const commit = commitOf(client, options);
  await checkClient(client);
  const feedShards = await commit.table.feedShards(commit.key.merchantId);
  const progress = { isUncertain: false };
  try {
    const version = options.afterPending === true ? 2 : 1;
    return await tryUntilDecided(commit, { version, feedShards, progress });
  } catch (error) {
    if (!progress.isUncertain) throw error;
    throw new InitiatorFault({
      code: 'result_unknown',
      message:
        'The result is unknown: the transaction may have been committed. Repeat the call with the same commitId.',
      retryable: true,
      commitId: commit.commitId,
      cause: error,
    });
  }
}

async function tryUntilDecided(
  commit: Commit,
  start: {
    readonly version: 1 | 2;
    readonly feedShards: number;
    /** Whether an earlier try may have been committed, or may still be. */
    readonly progress: { isUncertain: boolean };
  },
): Promise<CommitResult> {
  const { feedShards, progress } = start;
  let { version } = start;
  let last: unknown;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const attempt = await attemptCommit(commit, { version, feedShards });
    if (attempt.kind === 'committed') return committed(commit, attempt.outcome);
    if (attempt.kind === 'uncertain') progress.isUncertain = true;
    if (attempt.kind !== 'busy') {
      // The recorded outcome decides. A try whose answer was lost, or an earlier call, may have written everything; then
      // the conditions of the items no longer hold.
      const decision = decideCommit(await commit.table.versions(commit.key), commit);
      if (decision.kind === 'committed') return { ...decision, commitId: commit.commitId };
      if (decision.kind !== 'write') return decision;
      version = decision.version;
    }
    if (attempt.kind === 'cancelled') {
      if (!progress.isUncertain) return attempt;
      // An earlier try may still be in flight. The result must remain true if it commits later.
      throw unsettled(
        'The result is unknown: the conditions of the items do not hold, but an earlier try may have been committed.',
      );
    }
    if (attempt.kind === 'conflict') continue;
    last = attempt.error;
    if (tries < MAX_TRIES) await pause(commit, tries);
  }
  throw unsettled(`The transaction failed in all ${MAX_TRIES} tries.`, last);
}

function pause({ table: { machine } }: Commit, tries: number): Promise<void> {
  return machine.sleep(RETRY_BASE_MS * 2 ** tries * (0.5 + machine.random.fraction()));
}

function unsettled(message: string, cause?: unknown): InitiatorFault {
  return new InitiatorFault({ code: 'unavailable', message, retryable: true, cause });
}

function committed({ commitId }: Commit, { notifyUrl: _, ...outcome }: StampedOutcome): CommitResult {
  return { kind: 'committed', outcome: { ...outcome, metadata: outcome.metadata ?? {} }, commitId };
}

/** Validates the arguments before anything is sent. @throws InitiatorFault for every invalid argument */
function commitOf(client: DynamoDBDocumentClient, options: CommitOptions): Commit {
  assertOptions([optionsProblem('commitWithOutcome', options)]);
  const { tableName, transactItems, outcome, machine = system } = options;
  const { feedLagSeconds = 30, retentionDays = 90 } = options;
  assertOptions(machineProblems(machine));
  const { commitId = newCommitId(machine) } = options;
  assertOptions([
    functionsProblem('client', client, ['send']),
    textProblem('tableName', tableName),
    Array.isArray(transactItems) ? undefined : 'transactItems must be an array.',
    formProblem('commitId', commitId, {
      pattern: /^[A-Za-z0-9_-]{8,64}$/,
      form: '8 to 64 of A-Z a-z 0-9 _ -',
    }),
    integerProblem('feedLagSeconds', feedLagSeconds, { min: 3, max: 300 }),
    integerProblem('retentionDays', retentionDays, { min: 1, max: 3_650 }),
  ]);
  const { merchantId, transactionId, ...stated } = plainOutcome(outcome);
  const key = { merchantId, transactionId } as TransactionKey;
  checkKey(key);
  return {
    table: openOutboxTable({ client, name: tableName, machine }),
    key,
    content: contentOf(stated),
    items: transactItems,
    commitId,
    retentionDays,
    // The feed shows no outcome younger than its lag, so three of these bounds must fit into the lag.
    stampBoundMs: Math.min(MAX_STAMP_BOUND_MS, Math.floor((feedLagSeconds * 1000) / 3) - 100),
  };
}

function contentOf(stated: object): TerminalContent {
  const checked = checkContent(stated);
  if (!checked.ok) throw invalidFields('The outcome cannot be recorded', checked.errors);
  const { notifyUrl } = checked.content;
  const refusal = notifyUrl === undefined ? undefined : callbackUrlRefusal(notifyUrl);
  if (refusal === undefined) return checked.content;
  throw invalidFields('The outcome cannot be recorded', [{ pointer: '/notifyUrl', code: refusal }]);
}
