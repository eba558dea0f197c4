import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../lib/emulators/free-port.ts';
import { expectStatus } from '../../lib/local/api-client.ts';
import { sampleOutcome, signedAlert, signedCallback } from '../../lib/receiver/testing/index.ts';
import { eventually } from '../support/eventually.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import synthesize from '../support/synthesized.ts';
import { payment } from '../support/world.ts';
import { type FaultyAnswers, openFaultyAnswers } from './network/faulty-answers.ts';
import { type Fate, type FaultyCallbacks, openFaultyCallbacks } from './network/faulty-callbacks.ts';
import { makePrograms } from './programs/receivers.ts';
import { type RunningReceiver, startReceiver } from './running-receiver.ts';

const { programs, missing } = await makePrograms();
for (const { language, why } of missing) console.log(`The receiver in ${language} was not tried: ${why}.`);

const FATES: readonly Fate[] = ['delivered', 'lost', 'repeated', 'late', 'forged'];
const STATUSES = ['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'CLOSED', 'SUCCEEDED', 'SUCCEEDED'];
const OUTCOMES = 60;
/** More than a receiver has threads for. */
const HANGING = 40;

const idOf = (index: number) => `pay_${index}`;
const statusOf = (index: number) => STATUSES[index % STATUSES.length] ?? '';
const fateOf = (transactionId: string): Fate =>
  FATES[Number(transactionId.split('_').at(-1)) % FATES.length] ?? 'delivered';

interface Payment {
  readonly id: string;
  readonly status: string;
}

/** A connection on which this was sent. */
async function openConnection(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // A receiver may close it at any time.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(text, resolve));
  return socket;
}

let service: LocalService;
const dataDir = temporaryDirectory();

beforeAll(async () => {
  await synthesize();
  service = await startService(dataDir);
});
afterAll(async () => {
  await service.stop();
  removeDirectory(dataDir);
});

describe('the languages of this machine', () => {
  it('are told, and those that are not there', () => {
    expect([...programs, ...missing].map(({ language }) => language).sort()).toEqual([
      'Go',
      'Java',
      'Python',
    ]);
  });
});

describe.each(programs)('the receiver in $language, in a network with faults', (program) => {
  const merchantId = program.language.toLowerCase();
  const directory = temporaryDirectory();
  let callbacks: FaultyCallbacks;
  let answers: FaultyAnswers;
  let receiver: RunningReceiver;
  let url: string;
  let endpointId: string;
  const secrets = { endpoint: '', merchant: '', initiator: '' };
  const expected = new Map<string, string>();

  const admin = async (request: string, body: object) =>
    expectStatus(await service.api(service.credentials.adminKey, request, body), 201).json;
  const record = async (transactionId: string, body: object) => {
    const path = `PUT /v1/merchants/${merchantId}/transactions/${transactionId}`;
    expectStatus(await service.api(secrets.initiator, path, payment(body)), 201);
  };
  const payments = () => receiver.query<Payment>('SELECT id, status FROM payments ORDER BY id');
  const sorted = () =>
    [...expected]
      .map(([id, status]) => ({ id, status }))
      .sort((left, right) => (left.id < right.id ? -1 : 1));
  const allApplied = () => eventually(payments, (found) => expect(found).toEqual(sorted()));
  const send = async (request: ReturnType<typeof signedCallback>) => (await fetch(url, request)).status;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    callbacks = await openFaultyCallbacks(url, fateOf);
    answers = await openFaultyAnswers(service.credentials.api, merchantId);
    const merchant = await admin('POST /v1/merchants', {
      merchantId,
      name: merchantId,
      schedule: [1, 1, 1, 1, 1, 1],
    });
    const endpoint = await admin(`POST /v1/merchants/${merchantId}/endpoints`, { url: callbacks.url });
    const receiving = await admin(`POST /v1/merchants/${merchantId}/keys`, { scope: 'receiver' });
    const recording = await admin(`POST /v1/merchants/${merchantId}/keys`, { scope: 'initiator' });
    Object.assign(secrets, {
      endpoint: endpoint.secret,
      merchant: merchant.secret,
      initiator: recording.key,
    });
    endpointId = endpoint.endpointId;
    callbacks.setSecret(endpoint.secret);
    receiver = await startReceiver(program, {
      directory,
      port,
      environment: {
        API: answers.url,
        KEY: receiving.key,
        MERCHANT_ID: merchantId,
        ENDPOINT_SECRET: endpoint.secret,
        MERCHANT_SECRET: merchant.secret,
        SINCE: `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 'YYYY-MM-DDTHH'.length)}:00:00Z`,
        RECONCILE_SECONDS: '1',
      },
    });
  });
  afterAll(async () => {
    await receiver?.stop();
    await Promise.all([callbacks?.close(), answers?.close()]);
    removeDirectory(directory);
  });

  it('applies each outcome once, whether its callback is lost, repeated, late or forged', async () => {
    for (let index = 0; index < OUTCOMES; index += 1) {
      if (index === OUTCOMES / 2) await receiver.killAndStart();
      const content = { status: statusOf(index), amount: index };
      // Every fourth was announced: its end has version 2.
      if (index % 4 === 0) await record(idOf(index), { ...content, status: 'PENDING' });
      await record(idOf(index), content);
      expected.set(idOf(index), statusOf(index));
    }
    await allApplied();
    for (const fate of FATES) expect({ fate, count: callbacks.counts[fate] }).not.toMatchObject({ count: 0 });
    expect([...callbacks.forgeries].filter((status) => status < 400 || status > 499)).toEqual([]);
    expect(receiver.query('SELECT * FROM conflicts')).toEqual([]);
  });

  it('takes tests, alerts and types that it does not know, and does nothing', async () => {
    const tested = await service.api(
      service.credentials.adminKey,
      `POST /v1/merchants/${merchantId}/endpoints/${endpointId}/test`,
      {},
    );
    expect(tested.json).toMatchObject({ statusCode: 204 });
    const timestamp = new Date().toISOString();
    const data = { merchantId, date: '2026-11-20', revision: 0, rows: 1 };
    for (const type of ['tidings.statement.ready', 'tidings.invented.later', 'payment.refunded'] as const) {
      const alert = { type, timestamp, data } as Parameters<typeof signedAlert>[0];
      expect(await send(signedAlert(alert, { secrets: secrets.endpoint }))).toBe(204);
    }
    expect(payments()).toEqual(sorted());
  });

  it('refuses an outcome of another merchant', async () => {
    const foreign = sampleOutcome({ merchantId: 'somebody', transactionId: 'foreign' });
    expect(await send(signedCallback(foreign, { secrets: secrets.endpoint }))).toBe(403);
    expect(payments()).toEqual(sorted());
  });

  it('takes callbacks while other senders hang in the middle of theirs', async () => {
    const port = Number(new URL(url).port);
    const start = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{';
    const hanging = await Promise.all(Array.from({ length: HANGING }, () => openConnection(port, start)));
    const foreign = sampleOutcome({ merchantId: 'somebody', transactionId: 'foreign' });
    expect(await send(signedCallback(foreign, { secrets: secrets.endpoint }))).toBe(403);
    for (const socket of hanging) socket.destroy();
  });

  it('refuses a body of a negative length without waiting for its end', async () => {
    const start = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n{';
    const socket = await openConnection(Number(new URL(url).port), start);
    const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    expect(String(answer)).toMatch(/^HTTP\/1\.\d 4\d\d /);
    socket.destroy();
  });

  it('keeps the newer version, and keeps what contradicts it for a person', async () => {
    const [version2, version1] = [idOf(4), idOf(5)];
    const listedAt = new Date().toISOString();
    const other = { merchantId, status: 'FAILED', listedAt, recordedAt: listedAt } as const;
    const older = sampleOutcome({ ...other, transactionId: version2, version: 1 });
    expect(await send(signedCallback(older, { secrets: secrets.endpoint }))).toBe(204);
    expect(receiver.query('SELECT * FROM conflicts')).toEqual([]);
    const second = sampleOutcome({ ...other, transactionId: version1, amount: 7 });
    expect(await send(signedCallback(second, { secrets: secrets.endpoint }))).toBe(204);
    expect(receiver.query('SELECT transaction_id, kind FROM conflicts')).toEqual([
      { transaction_id: version1, kind: 'another_end' },
    ]);
    expect(payments()).toEqual(sorted());
  });

  it('asks about one transaction', async () => {
    expect(await receiver.ask(idOf(2))).toContain('FAILED');
    expect(await receiver.ask('never')).toContain('unknown_transaction');
    expect(payments()).toEqual(sorted());
  });

  it('begins at its mark where SINCE is later, as that of a program that takes the time of its start', async () => {
    const laterHour = new Date(Date.now() + 7_200_000).toISOString().slice(0, 'YYYY-MM-DDTHH'.length);
    await receiver.killAndStart({ SINCE: `${laterHour}:00:00Z` });
    const lost = `late_${FATES.indexOf('lost')}`;
    await record(lost, { status: 'SUCCEEDED' });
    expected.set(lost, 'SUCCEEDED');
    await allApplied();
  });

  it('begins at an earlier SINCE, though it is settled since a later one', async () => {
    const SINCE = `${new Date(Date.now() - 18_000_000).toISOString().slice(0, 'YYYY-MM-DDTHH'.length)}:00:00Z`;
    await receiver.killAndStart({ SINCE });
    const from = encodeURIComponent(new Date(SINCE).toISOString());
    await eventually(
      () => answers.asked,
      (asked) => expect(asked).toContainEqual(expect.stringContaining(`from=${from}`)),
    );
  });

  it('tells a person what the service does not know, and goes on', async () => {
    const listedAt = new Date().toISOString();
    const ghost = sampleOutcome({ merchantId, transactionId: 'ghost', recordedAt: listedAt, listedAt });
    expect(await send(signedCallback(ghost, { secrets: secrets.endpoint }))).toBe(204);
    await eventually(
      () => receiver.query("SELECT transaction_id, kind FROM conflicts WHERE transaction_id = 'ghost'"),
      (found) => expect(found).toEqual([{ transaction_id: 'ghost', kind: 'unknown_transaction' }]),
    );
  });

  it('believed no answer that was not the service’s', () => {
    expect(answers.forged).toBeGreaterThan(5);
    expect(receiver.query('SELECT DISTINCT transaction_id FROM conflicts ORDER BY transaction_id')).toEqual(
      ['ghost', idOf(5)].map((transaction_id) => ({ transaction_id })),
    );
    const { counts, forgeries, genuine } = callbacks;
    console.log(
      `${program.language}: ${expected.size} outcomes applied once; callbacks ${JSON.stringify(counts)}, answered ${JSON.stringify([...genuine])}, ` +
        `forgeries answered ${[...forgeries]}; ${answers.asked.length} questions, ${answers.forged} answers forged`,
    );
  });
});
