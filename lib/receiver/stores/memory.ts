import { AsyncLocalStorage } from 'node:async_hooks';
import { bucketOf, createDigestSum, type Digest, type DigestSum } from '../../protocol/row-digest.ts';
import { ReceiverFault } from '../receiver-fault.ts';
import {
  type Acknowledgement,
  type AppliedOutcome,
  appliedOutcome,
  decide,
  type ListedRange,
  type ReceiverStore,
  sliceStart,
} from './receiver-store.ts';

/** What `onOutcome` writes to. Writes are kept if the outcome is applied, and discarded if anything throws. */
export interface MemoryTransaction {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export interface MemoryStore extends ReceiverStore<MemoryTransaction> {
  /** The committed value of a key. */
  get(key: string): unknown;
}

/**
 * A store in memory for tests and first steps. Its content is lost when the process ends. It applies one outcome at a time:
 * an `onOutcome` that makes it apply another one gets the fault `effects_refused`.
 */
export function memoryStore(): MemoryStore {
  const values = new Map<string, unknown>();
  const applied = new Map<string, AppliedOutcome>();
  const marks = new Map<string, string>();
  const pending = new Map<string, Acknowledgement>();
  const oneAtATime = createQueue();

  function* rowsIn({ merchantId, fromMs, toMs }: ListedRange): Generator<AppliedOutcome> {
    for (const row of applied.values()) {
      if (row.merchantId === merchantId && row.listedAtMs >= fromMs && row.listedAtMs < toMs) yield row;
    }
  }

  return {
    get: (key) => values.get(key),

    apply: (outcome, effects, options) =>
      oneAtATime(async () => {
        const next = appliedOutcome(outcome);
        const name = nameOf(next.merchantId, next.transactionId);
        const decision = decide(applied.get(name), next);
        if (decision.kind !== 'apply') return decision;
        const written = new Map<string, unknown>();
        await effects({
          get: (key) => (written.has(key) ? written.get(key) : values.get(key)),
          set: (key, value) => void written.set(key, value),
        });
        for (const [key, value] of written) values.set(key, value);
        applied.set(name, next);
        if (options?.acknowledgeLater === true) pending.set(name, next);
        return { kind: 'applied' };
      }),

    async find(merchantId, transactionIds) {
      const found = transactionIds.flatMap((id) => applied.get(nameOf(merchantId, id)) ?? []);
      return new Map(found.map((row) => [row.transactionId, row]));
    },

    async digests({ everySeconds, ...range }) {
      const sums = new Map<number, DigestSum>();
      for (const row of rowsIn(range)) {
        const start = sliceStart(row.listedAtMs, everySeconds);
        const sum = sums.get(start) ?? createDigestSum();
        sum.addRow(row);
        sums.set(start, sum);
      }
      return new Map([...sums].map(([start, sum]): [number, Digest] => [start, sum.digest()]));
    },

    async *rows({ bucket, ...range }) {
      for (const row of rowsIn(range)) {
        if (bucket === undefined || bucketOf(row.transactionId) === bucket) yield row;
      }
    },

    async mark(merchantId, name) {
      return marks.get(nameOf(merchantId, name));
    },

    async setMark(merchantId, name, value) {
      const key = nameOf(merchantId, name);
      const known = marks.get(key);
      if (name !== 'since' || known === undefined || value < known) marks.set(key, value);
    },

    async unacknowledged(merchantId, limit) {
      return [...pending]
        .filter(([name]) => name.startsWith(nameOf(merchantId, '')))
        .slice(0, limit)
        .map(([, { transactionId, version }]) => ({ transactionId, version }));
    },

    async acknowledged(merchantId, { transactionId }) {
      pending.delete(nameOf(merchantId, transactionId));
    },
  };
}

function nameOf(merchantId: string, id: string): string {
  return `${merchantId}\n${id}`;
}

/**
 * Runs functions one after the other. A failure does not stop the next one. A function that waited for another one of the
 * queue would wait for ever, so while it runs, what it calls is refused.
 */
function createQueue(): <T>(run: () => Promise<T>) => Promise<T> {
  const turns = new AsyncLocalStorage<{ isOver: boolean }>();
  let last: Promise<unknown> = Promise.resolve();
  return async (run) => {
    if (turns.getStore()?.isOver === false) throw reentered();
    const turn = { isOver: false };
    const take = () =>
      turns.run(turn, run).finally(() => {
        turn.isOver = true;
      });
    const next = last.then(take, take);
    last = next;
    return next;
  };
}

function reentered(): ReceiverFault {
  return new ReceiverFault(
    'effects_refused',
    'onOutcome called the receiver or the store that runs it. Call due(), follow() and reconcile() elsewhere.',
    { retryable: false },
  );
}
