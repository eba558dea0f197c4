import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { BOUND_FIELDS } from '../../protocol/content/content-equality.ts';
import { feedShardOf, outcomeItem, outcomeSk, transactionPk } from '../../protocol/table/outcome-layout.ts';
import { TRANSIENT_REASONS } from '../../protocol/table/transient-failures.ts';
import type { TransactionKey } from '../ids.ts';
import type { TerminalContent } from '../recorded-outcome.ts';
import { checkLimits, type TransactItem } from './limits.ts';
import type { StampedOutcome } from './outbox-items.ts';
import type { OutboxTable } from './outbox-table.ts';
import { type Failure, faultOf, send } from './sending.ts';

/** One validated call of `commitWithOutcome`, ready to try. */
export interface Commit {
  readonly table: OutboxTable;
  readonly key: TransactionKey;
  readonly content: TerminalContent;
  readonly items: readonly TransactItem[];
  readonly commitId: string;
  readonly retentionDays: number;
  /** Maximum time from stamp to commit in milliseconds. */
  readonly stampBoundMs: number;
}

/** Why one of the caller's own items was not written. */
export interface CancellationReason {
  /** Index in `transactItems`. */
  readonly index: number;
  /** DynamoDB's code: `ConditionalCheckFailed`, `ValidationError`, `ItemCollectionSizeLimitExceeded`, … */
  readonly code: string;
  readonly message?: string;
  /** The existing item as raw attribute values, if requested by `ReturnValuesOnConditionCheckFailure`. */
  readonly item?: Readonly<Record<string, unknown>>;
}

export type Attempt =
  | { readonly kind: 'committed'; readonly outcome: StampedOutcome }
  /** The table holds another outcome than expected, or lacks the expected PENDING. Nothing was written. */
  | { readonly kind: 'conflict' }
  /** The caller's own items made the transaction fail. Nothing was written. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] }
  /** `busy`: nothing was written. `uncertain`: it is unknown whether anything was written. */
  | (Failure & { readonly kind: 'busy' | 'uncertain' });

const WHAT = 'Committing with an outcome';

/**
 * Makes one try with a fresh stamp, and gives up before the stamp expires.
 *
 * @throws InitiatorFault `clock_skew`, `too_many_items`, `transaction_too_large`, `refused_by_aws` or `not_sent`:
 * this try wrote nothing
 */
export async function attemptCommit(
  commit: Commit,
  { version, feedShards }: { readonly version: 1 | 2; readonly feedShards: number },
): Promise<Attempt> {
  const { table, key, content, items, stampBoundMs } = commit;
  const { client, machine, tableClock } = table;
  tableClock.assertTrusted();
  const stamp = new Date(machine.clock.now()).toISOString();
  const outcome: StampedOutcome = { ...key, ...content, version, recordedAt: stamp, listedAt: stamp };
  const ours = outcomeActions(commit, { outcome, feedShards });
  checkLimits(items, ours);
  const command = new TransactWriteCommand({ TransactItems: [...items, ...ours] });
  const sending = { clock: machine.clock, tableClock, timeoutMs: stampBoundMs };
  const sent = await send(sending, command, (abortSignal) => client.send(command, { abortSignal }));
  if (sent.kind === 'answered') return { kind: 'committed', outcome };
  return meaningOf(sent, items.length);
}

function outcomeActions(
  { table, retentionDays, commitId }: Commit,
  { outcome, feedShards }: { readonly outcome: StampedOutcome; readonly feedShards: number },
): readonly TransactItem[] {
  const feedShard = feedShardOf(outcome.transactionId, feedShards);
  const put: TransactItem = {
    Put: {
      TableName: table.name,
      Item: { ...outcomeItem(outcome, { feedShard, retentionDays }), commitId },
      // Invariant: a version of a transaction is written once and never changed.
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
  return outcome.version === 1 ? [put] : [pendingCheck(table.name, outcome), put];
}

function pendingCheck(TableName: string, outcome: StampedOutcome): TransactItem {
  const stated = BOUND_FIELDS.filter((name) => outcome[name] !== undefined);
  const equal = stated.map((name) => `#${name} = :${name}`);
  return {
    ConditionCheck: {
      TableName,
      Key: { pk: transactionPk(outcome), sk: outcomeSk(1) },
      // Invariant: a terminal outcome follows a PENDING once, and repeats its type, amount, currency and reference.
      ConditionExpression: [
        '#status = :pending',
        ...equal,
        ...(outcome.reference === undefined ? ['attribute_not_exists(#reference)'] : []),
      ].join(' AND '),
      ExpressionAttributeNames: {
        '#status': 'status',
        ...Object.fromEntries(BOUND_FIELDS.map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':pending': 'PENDING',
        ...Object.fromEntries(stated.map((name) => [`:${name}`, outcome[name]])),
      },
    },
  };
}

/** Interprets a failed request. The caller's items come first in the list of reasons, then the items of the outcome. */
function meaningOf(failure: Failure, ownItems: number): Attempt {
  const { kind, error } = failure;
  if (kind === 'busy' || kind === 'uncertain') return { kind, error };
  const reasons = cancellationOf(error);
  if (reasons === undefined) throw faultOf(WHAT, failure);
  const ours = reasons.slice(ownItems).map(({ Code }) => Code);
  if (ours.includes('ConditionalCheckFailed')) return { kind: 'conflict' };
  // Another request is ending this transaction right now. It may be an earlier try of this call whose process died. Its
  // items become visible one by one, so conditions may fail because of its writes before its outcome can be read.
  if (ours.includes('TransactionConflict')) return { kind: 'busy', error };
  const own = reasons.slice(0, ownItems).flatMap(reasonOf);
  if (own.length > 0) return { kind: 'cancelled', reasons: own };
  if (reasons.every(({ Code = 'None' }) => Code === 'None' || TRANSIENT_REASONS.has(Code)))
    return { kind: 'busy', error };
  throw faultOf(WHAT, failure);
}

interface RawReason {
  readonly Code?: string;
  readonly Message?: string;
  readonly Item?: Readonly<Record<string, unknown>>;
}

function cancellationOf(error: unknown): readonly RawReason[] | undefined {
  const { name, CancellationReasons } = error as {
    readonly name?: string;
    readonly CancellationReasons?: readonly RawReason[];
  };
  return name === 'TransactionCanceledException' ? CancellationReasons : undefined;
}

/** The cancellation reason of an item, unless it is transient. */
function reasonOf({ Code = 'None', Message, Item }: RawReason, index: number): readonly CancellationReason[] {
  if (Code === 'None' || TRANSIENT_REASONS.has(Code)) return [];
  return [
    {
      index,
      code: Code,
      ...(Message !== undefined && { message: Message }),
      ...(Item !== undefined && { item: Item }),
    },
  ];
}
