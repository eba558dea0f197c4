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
import type { RecordedOutcome, TerminalContent } from '../outcome.ts';
import { plainOutcome } from '../plain-json.ts';
import { attemptCommit, type CancellationReason, type Commit } from './attempt.ts';
import { decideCommit } from './deciding.ts';
import type { TransactItem } from './limits.ts';
import type { StampedOutcome } from './outbox-items.ts';
import { openOutboxTable } from './outbox-table.ts';
import { checkClient } from './sending.ts';

export interface CommitOptions {
  /** The service's table, in the same account and region as the items' own tables. */
  readonly tableName: string;
  /** What is to be written if and only if the outcome is: at most 99 actions, after a PENDING 98. */
  readonly transactItems: readonly TransactItem[];
  /** How the transaction ended. A PENDING is stated before a transaction runs, so it has no place in one. */
  readonly outcome: TransactionKey & TerminalContent;
  /** A PENDING stands: expects it, and saves the try that would find out. False unless said otherwise. */
  readonly afterPending?: boolean;
  /**
   * Names this call, and makes it safe to repeat after a crash: draw it with {@link newCommitId} and keep it
   * before the call. Drawn anew for each call unless given.
   */
  readonly commitId?: string;
  /** As the service is deployed with; it bounds the time from stamp to commit. 30 unless said otherwise. */
  readonly feedLagSeconds?: number;
  /** As the service is deployed with. 90 unless said otherwise. */
  readonly retentionDays?: number;
  /** Clock, randomness and waiting, for tests. */
  readonly machine?: Machine;
}

/** What came of it. Whatever is not `committed` has written nothing. */
export type CommitResult =
  /** Outcome and items are written. */
  | { readonly kind: 'committed'; readonly outcome: RecordedOutcome; readonly commitId: string }
  /** The transaction ended already, by another call; even an equal end is another's. */
  | { readonly kind: 'outcome_conflict'; readonly current: RecordedOutcome }
  /** The end contradicts its PENDING in `fields`. */
  | {
      readonly kind: 'outcome_mismatch';
      readonly current: RecordedOutcome;
      readonly fields: readonly string[];
    }
  /** Conditions of the items did not hold, or DynamoDB refuses them. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

/** Tries of one call, each with a stamp of its own. */
const MAX_TRIES = 5;
const RETRY_BASE_MS = 50;
const MAX_STAMP_BOUND_MS = 3_000;
const COMMIT_ID_BYTES = 16;

/** A name for one call of {@link commitWithOutcome}, for callers that keep it to repeat the call after a crash. */
export function newCommitId(machine: Machine = system): string {
  return Buffer.from(machine.random.bytes(COMMIT_ID_BYTES)).toString('base64url');
}

/**
 * Writes your own items and the outcome in one DynamoDB transaction: the local message table, without a table of
 * your own and without a poller. Either all stands and will be told, or nothing does.
 *
 * What DynamoDB may say, and what it means: conflicts with other transactions and throttling wrote nothing and
 * are tried again; a lost answer may have written everything, so what stands is read, and the `commitId` tells
 * whether it was this call; a failed condition of the outcome is a conflict, one of yours is `cancelled`.
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
  const doubt = { isUncertain: false };
  try {
    const version = options.afterPending === true ? 2 : 1;
    return await tryUntilDecided(commit, { version, feedShards, doubt });
  } catch (error) {
    if (!doubt.isUncertain) throw error;
    throw new InitiatorFault({
      code: 'result_unknown',
      message: 'The transaction may or may not have been committed. Repeat the call with the same commitId.',
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
    /** Whether some try may have written, or may yet. */
    readonly doubt: { isUncertain: boolean };
  },
): Promise<CommitResult> {
  const { feedShards, doubt } = start;
  let { version } = start;
  let last: unknown;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const attempt = await attemptCommit(commit, { version, feedShards });
    if (attempt.kind === 'committed') return committed(commit, attempt.outcome);
    if (attempt.kind === 'uncertain') doubt.isUncertain = true;
    if (attempt.kind !== 'busy') {
      // What stands decides: a try whose answer was lost, or a call before this one, may have written it all, and
      // then the conditions of the items do not hold any more.
      const decision = decideCommit(await commit.table.versions(commit.key), commit);
      if (decision.kind === 'committed') return { ...decision, commitId: commit.commitId };
      if (decision.kind !== 'write') return decision;
      version = decision.version;
    }
    if (attempt.kind === 'cancelled') {
      if (!doubt.isUncertain) return attempt;
      // An earlier try may still be under way: what is said now must hold then, too.
      throw unsettled('The conditions of the items do not hold, but an earlier try may have been committed.');
    }
    if (attempt.kind === 'stands') continue;
    last = attempt.error;
    if (tries < MAX_TRIES) await pause(commit, tries);
  }
  throw unsettled(`DynamoDB did not take the transaction in ${MAX_TRIES} tries.`, last);
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

/** @throws InitiatorFault for anything that is wrong with what was given: nothing is sent */
function commitOf(client: DynamoDBDocumentClient, options: CommitOptions): Commit {
  assertOptions([optionsProblem('commitWithOutcome', options)]);
  const { tableName, transactItems, outcome, machine = system } = options;
  const { feedLagSeconds = 30, retentionDays = 90 } = options;
  assertOptions(machineProblems(machine));
  const { commitId = newCommitId(machine) } = options;
  assertOptions([
    functionsProblem('client', client, ['send']),
    textProblem('tableName', tableName),
    Array.isArray(transactItems) ? undefined : 'transactItems is not an array.',
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
    // The feed shows nothing younger than its lag: three of these bounds must fit into it.
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
