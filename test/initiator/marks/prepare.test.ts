import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackRequest, Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import {
  type CheckBackHandler,
  createCheckBackHandler,
  createInitiator,
  merchantId,
  type PendingContent,
  publishedKeys,
  type TransactionKey,
  transactionId,
} from '../../../lib/initiator/index.ts';
import { CREATE_MARKS_TABLE, committedMarkSql, endOrRollBackSql } from '../../../lib/initiator/sql.ts';
import { createWorld, okExchange } from '../../support/world.ts';
import { createFakeMachine } from '../client/fake-machine.ts';

const CHECK_URL = 'https://bank.example/checks';
const KEY: TransactionKey = { merchantId: merchantId('shop'), transactionId: transactionId('pay_1') };
const OCCURRED_AT = '2026-11-20T07:59:58.000Z';

type Fetch = typeof globalThis.fetch;

/** A bank with a database of its own, which prepares, commits and records; and the service in one process. */
async function openBank(onUnknown: 'ask' | 'FAILED') {
  const world = createWorld();
  const { initiator: key } = await world.merchant('shop');
  const fetch: Fetch = async (url, init) =>
    world.app.request(new URL(String(url)).pathname, init as RequestInit);
  const { machine } = createFakeMachine();
  const baseUrl = 'https://api.example';
  const initiator = createInitiator({ baseUrl, key, fetch, machine });

  const database = new DatabaseSync(':memory:');
  database.exec(CREATE_MARKS_TABLE);
  database.exec('CREATE TABLE transfers (id TEXT)');
  const payment = {
    transactionType: 'payment',
    amount: 1999,
    currency: 'CNY',
    occurredAt: OCCURRED_AT,
  };
  let isAway = false;
  const handler: CheckBackHandler = createCheckBackHandler({
    publicKeys: publishedKeys({ baseUrl, fetch, clock: world.ports.clock }),
    merchantIds: ['shop'],
    onError: () => undefined,
    clock: world.ports.clock,
    async lookUp(check) {
      if (isAway) throw new Error('the database is away');
      const mark = await endOrRollBackSql(
        {
          run: ({ sql, values }) => database.prepare(sql).run(...values),
          first: ({ sql, values }) => database.prepare(sql).get(...values),
        },
        check,
      );
      return mark.kind === 'committed' ? mark.end : 'unknown';
    },
  });
  world.receiver.answer = async (request: CallbackRequest): Promise<Exchange> => {
    if (request.url !== CHECK_URL) return okExchange();
    const { headers, body } = request;
    const answer = await handler({ method: 'POST', headers, body: Buffer.from(body) });
    return { kind: 'response', statusCode: answer.status, body: answer.body, durationMs: 1 };
  };

  return {
    world,
    prepare: (changes: Partial<PendingContent> = {}) =>
      initiator.record({
        ...KEY,
        ...payment,
        status: 'PENDING',
        checkBack: { url: CHECK_URL, afterSeconds: 60, onUnknown },
        ...changes,
      }),
    /** The local transaction: false where it was refused. */
    commit(): boolean {
      const { sql, values } = committedMarkSql(KEY, {
        status: 'SUCCEEDED',
        amount: 1999,
        currency: 'CNY',
        occurredAt: OCCURRED_AT,
      });
      database.exec('BEGIN');
      try {
        database.prepare('INSERT INTO transfers (id) VALUES (?)').run(KEY.transactionId);
        database.prepare(sql).run(...values);
        database.exec('COMMIT');
        return true;
      } catch {
        database.exec('ROLLBACK');
        return false;
      }
    },
    record: (status: 'SUCCEEDED' | 'FAILED') => initiator.record({ ...KEY, ...payment, status }),
    transfers: () => Number(database.prepare('SELECT count(*) AS n FROM transfers').get()?.n),
    status: async () => (await initiator.readBack(KEY))?.status,
    stop: (away: boolean) => {
      isAway = away;
    },
    /** Relays what was written, and works off checks until `untilMs` after the beginning. */
    async passTime(untilMs: number) {
      await world.relayAll();
      for (;;) {
        world.queue.sort((a, b) => a.atMs - b.atMs);
        const next = world.queue[0];
        if (next === undefined || next.atMs > untilMs) break;
        world.queue.shift();
        world.time.nowMs = Math.max(world.time.nowMs, next.atMs);
        await world.deliverOne(next);
        await world.relayAll();
      }
    },
  };
}

const MINUTE_MS = 60_000;

describe('a bank that dies between its commit and its record', () => {
  it('is asked, and the transaction ends as it was committed', async () => {
    const bank = await openBank('ask');
    await bank.prepare();
    expect(bank.commit()).toBe(true);
    await bank.passTime(bank.world.time.nowMs + 2 * MINUTE_MS);
    expect(await bank.status()).toBe('SUCCEEDED');
    // It comes back, and repeats what it had no time for.
    expect(await bank.record('SUCCEEDED')).toMatchObject({ kind: 'unchanged' });
  });

  it('is asked again and again while it is away, and nothing is concluded from that', async () => {
    const bank = await openBank('FAILED');
    const { nowMs } = bank.world.time;
    await bank.prepare();
    bank.commit();
    bank.stop(true);
    await bank.passTime(nowMs + 120 * MINUTE_MS);
    expect(await bank.status()).toBe('PENDING');
    bank.stop(false);
    await bank.passTime(nowMs + 240 * MINUTE_MS);
    expect(await bank.status()).toBe('SUCCEEDED');
  });

  it('before its commit is rolled back by the question, and the late commit is refused', async () => {
    const bank = await openBank('FAILED');
    await bank.prepare();
    await bank.passTime(bank.world.time.nowMs + 2 * MINUTE_MS);
    expect(await bank.status()).toBe('FAILED');
    expect([bank.commit(), bank.transfers()]).toEqual([false, 0]);
  });

  it('never commits what was announced as failed, and never leaves announced what it did not commit', async () => {
    const step = fc.constantFrom('commit', 'record', 'a question', 'away', 'back');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const bank = await openBank('FAILED');
        const { nowMs } = bank.world.time;
        await bank.prepare();
        let committed = false;
        for (const [index, next] of steps.entries()) {
          if (next === 'commit') committed = bank.commit() || committed;
          // It records only what it committed.
          if (next === 'record' && committed) await bank.record('SUCCEEDED');
          if (next === 'a question') await bank.passTime(nowMs + (index + 2) * 10 * MINUTE_MS);
          if (next === 'away' || next === 'back') bank.stop(next === 'away');
        }
        bank.stop(false);
        await bank.passTime(nowMs + 20 * 60 * MINUTE_MS);
        expect(await bank.status()).toBe(committed ? 'SUCCEEDED' : 'FAILED');
        expect(bank.transfers()).toBe(committed ? 1 : 0);
        expect(bank.commit()).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
