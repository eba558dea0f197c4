import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../lib/emulators/free-port.ts';
import { bucketOf } from '../../lib/protocol/row-digest.ts';
import type { Outcome } from '../../lib/receiver/outcome.ts';
import { signedCallback } from '../../lib/receiver/testing/index.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { createWorld, payment } from '../support/world.ts';
import { closed } from './network/faulty-callbacks.ts';
import { makePrograms } from './programs/receivers.ts';
import { type RunningReceiver, startReceiver } from './running-receiver.ts';

const { programs } = await makePrograms();

const MINUTE_MS = 60_000;
const WINDOW_MS = 5 * MINUTE_MS;
/** More than receivers list whole. */
const MANY = 520;
const BATCH = 100;
const LOST = [100, 300, 500];
/** More than the receiver asks in a run that finds the same contradictions again. */
const QUESTIONS_OF_A_RUN = 40;
/** The service sums up at most 31 days in one answer. */
const SINCE_DAYS = 45;

/** The service in this process, whose past the test decides. Its answers are signed now, by HTTP. */
async function openService() {
  const startMs = Math.floor((Date.now() - 40 * MINUTE_MS) / WINDOW_MS) * WINDOW_MS;
  const world = createWorld({ startMs });
  const merchant = await world.merchant('demo');
  const asked: string[] = [];
  let isOpen = false;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (!isOpen) {
      response.writeHead(503).end();
      return;
    }
    asked.push(incoming.url ?? '');
    world.time.nowMs = Date.now();
    const answer = await world.app.request(incoming.url ?? '/', {
      method: incoming.method ?? 'GET',
      headers: {
        authorization: incoming.headers.authorization ?? '',
        'content-type': incoming.headers['content-type'] ?? '',
      },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    world,
    merchant,
    asked,
    startMs,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closed(server),
    /** Answers questions from now on. */
    open() {
      isOpen = true;
    },
    /** Records outcomes at one moment of the past. */
    async record(atMs: number, ids: readonly string[]): Promise<readonly Outcome[]> {
      world.time.nowMs = atMs;
      const found: Outcome[] = [];
      for (let first = 0; first < ids.length; first += BATCH) {
        const transactions = ids
          .slice(first, first + BATCH)
          .map((transactionId) => ({ transactionId, ...payment() }));
        await world.call(merchant.initiator, 'POST /v1/merchants/demo/transactions', { transactions });
      }
      for (const id of ids)
        found.push((await world.call(merchant.receiver, `GET /v1/transactions/${id}`)).json);
      return found;
    },
  };
}

describe.each(programs)(
  'the receiver in $language, whose rows are others than those of the service',
  (program) => {
    const directory = temporaryDirectory();
    let service: Awaited<ReturnType<typeof openService>>;
    let receiver: RunningReceiver;

    beforeAll(async () => {
      service = await openService();
      const { merchant, startMs } = service;
      const port = await freePort();
      const many = await service.record(
        startMs + 1_000,
        Array.from({ length: MANY }, (_, index) => `many_${index}`),
      );
      const [same, lost, amount, moved] = (await service.record(startMs + WINDOW_MS, [
        'same',
        'lost',
        'amount',
        'moved',
      ])) as [Outcome, Outcome, Outcome, Outcome];
      service.world.time.nowMs = Date.now();
      await service.world.closeWindows();
      const { url } = service;
      receiver = await startReceiver(program, {
        directory,
        port,
        environment: {
          API: url,
          KEY: merchant.receiver,
          MERCHANT_ID: 'demo',
          ENDPOINT_SECRET: merchant.secret,
          MERCHANT_SECRET: merchant.secret,
          SINCE: `${new Date(Date.now() - SINCE_DAYS * 24 * 60 * MINUTE_MS).toISOString().slice(0, 'YYYY-MM-DD'.length)}T00:00:00Z`,
          RECONCILE_SECONDS: '1',
        },
      });
      const laterMs = startMs + 2 * WINDOW_MS;
      const told = [
        ...many.filter((_, index) => !LOST.includes(index)),
        same,
        { ...amount, amount: amount.amount + 1 },
        { ...moved, listedAt: new Date(laterMs).toISOString() },
        { ...same, transactionId: 'extra' },
      ];
      for (const outcome of told) {
        const request = signedCallback(outcome, { secrets: merchant.secret });
        expect((await fetch(`http://127.0.0.1:${port}/`, request)).status).toBe(204);
      }
      expect(lost.transactionId).toBe('lost');
      service.open();
    });
    afterAll(async () => {
      await receiver?.stop();
      await service?.close();
      removeDirectory(directory);
    });

    it('applies what only the service has, and nothing twice', async () => {
      const ids = [
        ...Array.from({ length: MANY }, (_, index) => `many_${index}`),
        'same',
        'lost',
        'amount',
        'moved',
        'extra',
      ];
      await eventually(
        () =>
          receiver.query<{ readonly id: string }>('SELECT id FROM payments ORDER BY id').map(({ id }) => id),
        (found) => {
          if (found.length !== ids.length)
            throw new Error(`${found.length} of ${ids.length}. ${receiver.said}`);
          expect(found).toEqual(ids.sort());
        },
      );
    });

    it('keeps each contradiction once, for a person, however often it is found', async () => {
      const found = () =>
        receiver.query<object>('SELECT transaction_id, kind FROM conflicts ORDER BY transaction_id, kind');
      const isExpected = (conflicts: readonly object[]) =>
        expect(conflicts).toEqual([
          { transaction_id: 'amount', kind: 'another_end' },
          { transaction_id: 'extra', kind: 'unknown_transaction' },
          { transaction_id: 'moved', kind: 'another_end' },
        ]);
      await eventually(found, isExpected);
      const before = service.asked.length;
      await eventually(
        () => service.asked.length,
        (count) => expect(count).toBeGreaterThan(before + QUESTIONS_OF_A_RUN),
      );
      isExpected(found());
      expect(receiver.query("SELECT amount FROM applied WHERE transaction_id = 'amount'")).toEqual([
        { amount: 2000 },
      ]);
    });

    it('remembers how far everything is settled', async () => {
      await eventually(
        () =>
          receiver.query<{ readonly value: number }>(
            "SELECT value FROM marks WHERE name LIKE 'settled since %'",
          ),
        (found) => expect(found[0]?.value).toBeGreaterThan(service.startMs + 2 * WINDOW_MS),
      );
    });

    it('asks for the rows of a few buckets, and splits a range that is too long', () => {
      expect(service.asked.filter((target) => /resolution=day&to=/.test(target)).length).toBeGreaterThan(1);
      const buckets = service.asked.flatMap((target) => /[?&]bucket=(\d+)/.exec(target)?.[1] ?? []);
      expect([...new Set(buckets)].sort()).toEqual(
        LOST.map((index) => String(bucketOf(`many_${index}`))).sort(),
      );
    });
  },
);
