import { boundedMapUntilFailure } from '../../protocol/runtime/bounded-map.ts';
import type { Applying } from '../applying.ts';
import type { ListedOutcome } from '../outcome.ts';
import { ReceiverFault, type ReceiverFaultCode } from '../receiver-fault.ts';
import type { AppliedOutcome, ApplyResult, ReceiverStore } from '../stores/receiver-store.ts';
import type { Client, TransactionAnswer } from './service-client.ts';

/** Result counts of one run. */
export interface Counts {
  /** Outcomes that this run applied, because no callback had brought them. */
  applied: number;
  /** Conflicts. Each was passed to `onConflict`, if it is set. */
  conflicts: number;
  /**
   * Conflicts without an `onConflict`, contradictions of the service with itself, and outcomes for which `onOutcome` threw: each of
   * these is reported as `failed`. The next run finds them again.
   */
  unsettled: number;
  /** Outcomes that were acknowledged, so that the service stops its retries. */
  acknowledged: number;
}

export function noCounts(): Counts {
  return { applied: 0, conflicts: 0, unsettled: 0, acknowledged: 0 };
}

/** Applies outcomes from the service's answers, through the same code path as callbacks. */
export interface Taking {
  /**
   * For each listed row that was not applied here: reads the outcome, applies it and acknowledges it. One for which `onOutcome` throws
   * does not stop the others.
   *
   * @returns the number of those
   * @throws ReceiverFault also `outcome_not_applied`, if twenty fail
   */
  listed(rows: readonly ListedOutcome[], counts: Counts): Promise<number>;
  /** Applies the outcome of an answer, and acknowledges it. */
  takeAnswer(
    answer: Extract<TransactionAnswer, { readonly kind: 'ended' }>,
    counts: Counts,
  ): Promise<ApplyResult>;
  /** Acknowledges outcomes that earlier runs applied but did not acknowledge, until the signal aborts. */
  acknowledgeLeft(counts: Counts, signal: AbortSignal | undefined): Promise<void>;
}

/** Maximum number of concurrent requests. */
const QUESTIONS = 8;
/** So many outcomes of one list that fail are no matter of single outcomes: the database behind `onOutcome` may be away. */
const MAX_FAILED = 20;
/** Faults that may be about one outcome. */
const OF_ONE_OUTCOME: ReadonlySet<ReceiverFaultCode> = new Set([
  'outcome_not_applied',
  'effects_refused',
  'too_many_effects',
]);
/** Page size for outcomes that earlier runs left unacknowledged. */
const ACKNOWLEDGEMENTS = 100;
/** Maximum number of these pages in one run. The next run takes the rest. */
const MAX_PAGES = 100;

export function createTaking(options: {
  readonly merchantId: string;
  readonly client: Client;
  readonly store: Pick<ReceiverStore<never>, 'find' | 'unacknowledged' | 'acknowledged'>;
  readonly applying: Applying;
  readonly hasConflictHandler: boolean;
}): Taking {
  const { merchantId, client, store, applying, hasConflictHandler } = options;

  const acknowledge = async (
    key: { readonly transactionId: string; readonly version: number },
    counts: Counts,
  ) => {
    if (await client.acknowledge(key)) counts.acknowledged += 1;
    await store.acknowledged(merchantId, key);
  };

  const takeAnswer: Taking['takeAnswer'] = async ({ outcome, isOpen }, counts) => {
    // `acknowledgeLater` is stored with the outcome. If the process dies after this commit, the next run acknowledges.
    const result = await applying.apply(outcome, { channel: 'asked', acknowledgeLater: isOpen });
    if (result.kind === 'applied') counts.applied += 1;
    if (result.kind === 'conflict') {
      counts.conflicts += 1;
      if (!hasConflictHandler) counts.unsettled += 1;
    }
    if (isOpen && result.kind !== 'conflict') await acknowledge(outcome, counts);
    return result;
  };

  /** @returns why this outcome, and perhaps no other, could not be applied */
  const tryAnswer = async (
    ...[answer, counts]: Parameters<Taking['takeAnswer']>
  ): Promise<ReceiverFault | undefined> => {
    try {
      await takeAnswer(answer, counts);
      return undefined;
    } catch (error) {
      if (!(error instanceof ReceiverFault && OF_ONE_OUTCOME.has(error.code))) throw error;
      counts.unsettled += 1;
      applying.report({ event: 'failed', fault: error });
      return error;
    }
  };

  return {
    takeAnswer,

    async listed(rows, counts) {
      const ids = rows.map(({ transactionId }) => transactionId);
      const here = await store.find(merchantId, ids);
      const missing = rows.filter((row) => !isApplied(row, here.get(row.transactionId)));
      let failed = 0;
      await boundedMapUntilFailure(missing, QUESTIONS, async ({ transactionId }) => {
        const answer = await client.transaction(transactionId);
        // Listed, but the query by id shows no outcome. Asking again now would not settle it.
        if (answer.kind !== 'ended') {
          counts.unsettled += 1;
          return;
        }
        const fault = await tryAnswer(answer, counts);
        if (fault === undefined) return;
        failed += 1;
        if (failed === MAX_FAILED) throw fault;
      });
      return failed;
    },

    async acknowledgeLeft(counts, signal) {
      for (let pages = 0; pages < MAX_PAGES && signal?.aborted !== true; pages += 1) {
        const left = await store.unacknowledged(merchantId, ACKNOWLEDGEMENTS);
        await boundedMapUntilFailure(left, QUESTIONS, (key) => acknowledge(key, counts));
        if (left.length < ACKNOWLEDGEMENTS) return;
      }
    },
  };
}

/** Whether a listed row was applied already, as far as a row without metadata can show. */
function isApplied(row: ListedOutcome, applied: AppliedOutcome | undefined): boolean {
  if (applied === undefined) return false;
  if (row.version < applied.version) return true;
  return (
    row.version === applied.version &&
    row.transactionType === applied.transactionType &&
    row.status === applied.status &&
    row.amount === applied.amount &&
    row.currency === applied.currency &&
    Date.parse(row.listedAt) === applied.listedAtMs
  );
}
