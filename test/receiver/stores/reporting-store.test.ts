import { describe, expect, it } from 'vitest';
import { createReceiver, ReceiverFault, type ReceiverStore } from '../../../lib/receiver/index.ts';
import type { Pauses } from '../../../lib/receiver/pauses.ts';
import { type MemoryTransaction, memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { STORE_FUNCTIONS } from '../../../lib/receiver/stores/receiver-store.ts';
import { reportingStore } from '../../../lib/receiver/stores/reporting-store.ts';
import { newSecret, sampleOutcome, signedCallback } from '../../../lib/receiver/testing/index.ts';
import { openKit } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';

type Store = ReceiverStore<MemoryTransaction>;
type Name = keyof Store;

const DAY = { merchantId: 'demo', fromMs: 0, toMs: 86_400_000 };

/** Calls one function of a store, and reads what it gives to the end. */
const CALLS: { readonly [Called in Name]: (store: Store) => Promise<unknown> } = {
  apply: (store) => store.apply(sampleOutcome(), () => undefined),
  find: (store) => store.find('demo', ['pay_1']),
  digests: (store) => store.digests({ ...DAY, everySeconds: 60 }),
  rows: (store) => idsOf(store, DAY),
  mark: (store) => store.mark('demo', 'feed'),
  setMark: (store) => store.setMark('demo', 'feed', 'a'),
  unacknowledged: (store) => store.unacknowledged('demo', 1),
  acknowledged: (store) => store.acknowledged('demo', { transactionId: 'pay_1', version: 1 }),
};

async function idsOf(store: Store, range: typeof DAY): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { transactionId } of store.rows(range)) ids.push(transactionId);
  return ids;
}

/** A store of a user that is away while `trouble` says so. It is an object of a class, with state of its own. */
class FailingStore {
  readonly #memory = memoryStore();
  readonly #trouble: (name: Name) => unknown;

  constructor(trouble: (name: Name) => unknown) {
    this.#trouble = trouble;
    for (const name of STORE_FUNCTIONS) this.#add(name);
  }

  #add(name: Name) {
    const call = this.#memory[name] as (...given: unknown[]) => unknown;
    Object.assign(this, {
      [name](this: FailingStore, ...given: unknown[]) {
        // Only an object of this class has the private state.
        const error = this.#trouble(name);
        if (error !== undefined) throw error;
        return call.apply(this.#memory, given);
      },
    });
  }

  static open(trouble: (name: Name) => unknown): Store {
    return new FailingStore(trouble) as unknown as Store;
  }
}

describe('a store whose failures are reported', () => {
  it.each(STORE_FUNCTIONS)('says that it is unavailable where %s fails, with the cause', async (name) => {
    const cause = new Error('database is locked');
    const failing = reportingStore(FailingStore.open((called) => (called === name ? cause : undefined)));
    const rejecting = reportingStore({ ...memoryStore(), [name]: () => Promise.reject(cause) });
    for (const store of name === 'rows' ? [failing] : [failing, rejecting]) {
      const failed = CALLS[name](store);
      await expect(failed).rejects.toBeInstanceOf(ReceiverFault);
      await expect(failed).rejects.toMatchObject({ code: 'store_unavailable', retryable: true, cause });
    }
    for (const other of STORE_FUNCTIONS) if (other !== name) await CALLS[other](failing);
  });

  it.each(STORE_FUNCTIONS)('gives a fault of the store as it is: %s', async (name) => {
    const fault = new ReceiverFault('too_many_effects', 'Too many.');
    await expect(CALLS[name](reportingStore(FailingStore.open(() => fault)))).rejects.toBe(fault);
  });

  it('says so where the rows end in the middle', async () => {
    const memory = memoryStore();
    await memory.apply(sampleOutcome(), () => undefined);
    const store = reportingStore<MemoryTransaction>({
      ...memory,
      async *rows(range) {
        yield* memory.rows(range);
        throw new Error('connection reset');
      },
    });
    const read: string[] = [];
    const reading = async () => {
      const range = { merchantId: 'demo', fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      for await (const { transactionId } of store.rows(range)) read.push(transactionId);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(read).toEqual(['pay_1']);
  });
});

describe('a receiver whose store fails', () => {
  const open = (trouble: (name: Name) => unknown, service: { readonly pauses?: Pauses } = {}) => {
    const world = createWorld();
    return openKit(world, {
      receiver: { store: FailingStore.open(trouble) },
      service: { tries: 1, ...service },
    });
  };
  const locked = new Error('database is locked');

  it.each(['mark', 'setMark', 'find', 'unacknowledged', 'apply'] as const)(
    'goes on following once %s works again',
    async (name) => {
      const left = { failures: 1 };
      const ending = new AbortController();
      let waits = 0;
      const pauses = {
        fraction: () => 0,
        sleep: async () => {
          waits += 1;
          if (waits === 2) ending.abort();
        },
      };
      const trouble = (called: Name) => {
        if (called !== name || left.failures === 0) return undefined;
        left.failures -= 1;
        return locked;
      };
      const kit = await open(trouble, { pauses });
      await kit.record('pay_1');
      await kit.pass(1);
      const away: ReceiverFault[] = [];
      const report = await kit.receiver.follow({
        everySeconds: 10,
        signal: ending.signal,
        onProgress: (progress) => void (progress.event === 'away' && away.push(progress.fault)),
      });
      expect(away).toMatchObject([{ code: 'store_unavailable', cause: locked }]);
      expect(report).toMatchObject({ applied: 1 });
    },
  );

  it('reports it from every way to ask', async () => {
    const kit = await open(() => locked);
    await kit.record('pay_1');
    await kit.pass(10);
    const { receiver } = kit;
    for (const asked of [
      receiver.due({ transactionId: 'pay_1' }),
      receiver.follow(),
      receiver.reconcile(),
      receiver.compare(),
    ]) {
      await expect(asked).rejects.toMatchObject({
        code: 'store_unavailable',
        retryable: true,
        cause: locked,
      });
    }
  });

  it('keeps the code of what onOutcome throws, also where the store turns it into an error of its own', async () => {
    const secret = newSecret();
    const memory = memoryStore();
    const receiver = createReceiver<MemoryTransaction>({
      merchantId: 'demo',
      secrets: secret,
      store: {
        ...memory,
        apply: (...given) =>
          memory.apply(...given).catch(() => {
            throw new Error('transaction aborted');
          }),
      },
      onOutcome: () => {
        throw new Error('no such order');
      },
      onEvent: () => undefined,
    });
    const { headers, body } = signedCallback(sampleOutcome(), { secrets: secret });
    const answer = await receiver.handle({ method: 'POST', headers, body: Buffer.from(body) });
    expect(answer).toMatchObject({ status: 500, body: '{"code":"outcome_not_applied"}' });
  });
});
