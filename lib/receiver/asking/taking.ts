import { boundedMapUntilFailure } from '../../protocol/runtime/bounded-map.ts';
import type { Applying } from '../applying.ts';
import type { ListedOutcome } from '../outcome.ts';
import type { AppliedOutcome, ApplyResult, ReceiverStore } from '../stores/receiver-store.ts';
import type { Client, Standing } from './service-client.ts';

/** What an asking run has come to. */
export interface Counts {
  /** Applied now, because no callback had brought them. */
  applied: number;
  /** Contradictions; each was given to `onConflict`. */
  conflicts: number;
  /** Of a conflict nobody was told, or the service contradicts itself: not settled, and found again next time. */
  unsettled: number;
  /** The service was told that its retries may end. */
  acknowledged: number;
}

export function noCounts(): Counts {
  return { applied: 0, conflicts: 0, unsettled: 0, acknowledged: 0 };
}

/** Takes over what answers say, by the one way in which callbacks are applied too. */
export interface Taking {
  /** Asks for what is listed and not yet applied here, applies it and acknowledges. */
  listed(rows: readonly ListedOutcome[], counts: Counts): Promise<void>;
  /** Applies what an answer says, and acknowledges. */
  standing(standing: Extract<Standing, { readonly kind: 'ended' }>, counts: Counts): Promise<ApplyResult>;
  /** What earlier runs applied and did not come to acknowledge. */
  acknowledgeLeft(counts: Counts): Promise<void>;
}

/** Questions that are open at the same time. */
const QUESTIONS = 8;
/** Left over from earlier runs, looked at a page at a time. */
const ACKNOWLEDGEMENTS = 100;
/** Pages of them in one run; the rest is for the next. */
const MAX_PAGES = 100;

export function createTaking(options: {
  readonly merchantId: string;
  readonly client: Client;
  readonly store: Pick<ReceiverStore<never>, 'find' | 'unacknowledged' | 'acknowledged'>;
  readonly applying: Applying;
  readonly isTold: boolean;
}): Taking {
  const { merchantId, client, store, applying, isTold } = options;

  const acknowledge = async (
    key: { readonly transactionId: string; readonly version: number },
    counts: Counts,
  ) => {
    if (await client.acknowledge(key)) counts.acknowledged += 1;
    await store.acknowledged(merchantId, key);
  };

  const standing: Taking['standing'] = async ({ outcome, isOpen }, counts) => {
    // Remembered with the outcome: dying here, the next run acknowledges what this one applied.
    const result = await applying.apply(outcome, { channel: 'asked', acknowledgeLater: isOpen });
    if (result.kind === 'applied') counts.applied += 1;
    if (result.kind === 'conflict') {
      counts.conflicts += 1;
      if (!isTold) counts.unsettled += 1;
    }
    if (isOpen && result.kind !== 'conflict') await acknowledge(outcome, counts);
    return result;
  };

  return {
    standing,

    async listed(rows, counts) {
      const ids = rows.map(({ transactionId }) => transactionId);
      const here = await store.find(merchantId, ids);
      const missing = rows.filter((row) => !isApplied(row, here.get(row.transactionId)));
      await boundedMapUntilFailure(missing, QUESTIONS, async ({ transactionId }) => {
        const answer = await client.transaction(transactionId);
        if (answer.kind === 'ended') await standing(answer, counts);
        // Listed, and by its id not there: it will not be settled by asking again now.
        else counts.unsettled += 1;
      });
    },

    async acknowledgeLeft(counts) {
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const left = await store.unacknowledged(merchantId, ACKNOWLEDGEMENTS);
        await boundedMapUntilFailure(left, QUESTIONS, (key) => acknowledge(key, counts));
        if (left.length < ACKNOWLEDGEMENTS) return;
      }
    },
  };
}

/** Whether what is listed was applied, as far as a row without metadata can show. */
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
