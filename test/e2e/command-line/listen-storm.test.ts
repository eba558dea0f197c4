import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secretText } from '../../../lib/protocol/signing/webhook-keys.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { runHere } from '../../support/running/run-here.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { run, start } from './program.ts';

/** Four pages of the feed, of 100 each, so that the listener goes on from page to page. */
const OUTCOMES = 330;
/** The listener is killed each time after so many callbacks: seven times, at other places of a page each time. */
const KILL_AFTER = 45;
const SECRET = secretText(Buffer.alloc(32, 3));

const dataDir = temporaryDirectory();
let service: ServiceCloud;
let env: Readonly<Record<string, string>>;
let receiver: Server;
let url: string;
/** The first arrival of each outcome, in order. */
const arrived: string[] = [];
let onArrival = () => {};
let refuses = false;

beforeAll(async () => {
  service = await startServiceCloud({
    dataDir: join(dataDir, 'service'),
    jobs: [],
    environment: { TIDINGS_ALLOW_LOOPBACK: 'true', TIDINGS_ONE_CLOCK: 'true', TIDINGS_FEED_LAG_SECONDS: '3' },
  });
  await service.create('POST /v1/merchants', { merchantId: 'shop', name: 'Shop' });
  const { key } = await service.create('POST /v1/merchants/shop/keys', { scope: 'receiver' });
  env = {
    TIDINGS_API: service.cloud.apiUrl,
    TIDINGS_KEY: key,
    TIDINGS_CONFIG_DIR: join(dataDir, 'config'),
    TIDINGS_LISTEN_SECRET: SECRET,
  };
  receiver = createServer((request, response) => {
    text(request).then((body) => {
      // An endpoint of the service itself, which signs with another secret.
      if (request.url !== '/hook') {
        response.writeHead(204).end();
        return;
      }
      const headers = request.headers as Record<string, string>;
      // Throws, and the listener stays at this callback, if the signature is wrong.
      const { data } = new Webhook(SECRET).verify(body, headers) as { data: { transactionId: string } };
      if (!refuses && !arrived.includes(data.transactionId)) arrived.push(data.transactionId);
      response.writeHead(refuses ? 500 : 204).end();
      if (!refuses) onArrival();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  receiver.close();
  await service.stop();
  removeDirectory(dataDir);
});

const words = () => ['listen', '--forward-to', url, '--json'];

it('forwards each of 330 outcomes in the order of the feed, though it is killed again and again', async () => {
  // A first listener marks the place from which the later ones go on.
  const first = start(words(), { env });
  await once(first.stdout, 'data');
  const initiator = (await service.create('POST /v1/keys', { scope: 'initiator' })).key;
  const lines = Array.from({ length: OUTCOMES }, (_, index) =>
    JSON.stringify({
      transactionId: `pay_${index}`,
      transactionType: 'payment',
      status: 'SUCCEEDED',
      amount: index,
      currency: 'EUR',
      occurredAt: '2026-11-20T08:00:00Z',
    }),
  );
  const recording = runHere(['record', '-', '--merchant', 'shop', '--quiet'], {
    env: { ...env, TIDINGS_KEY: initiator },
    input: lines.join('\n'),
  });
  let listener = first;
  for (let kills = 0; arrived.length < OUTCOMES; kills += 1) {
    const wanted = Math.min(OUTCOMES, arrived.length + KILL_AFTER);
    await new Promise<void>((resolve) => {
      onArrival = () => {
        if (arrived.length >= wanted) resolve();
      };
      onArrival();
    });
    listener.kill('SIGKILL');
    await once(listener, 'exit');
    if (arrived.length < OUTCOMES) listener = start(words(), { env });
    expect(kills).toBeLessThan(OUTCOMES);
  }
  expect((await recording).status).toBe(0);
  const feed: string[] = [];
  let query = `from=${new Date(Date.now() - 3_600_000).toISOString()}`;
  const readOn = async () => {
    const { json } = await service.api(env.TIDINGS_KEY ?? '', `GET /v1/transactions?${query}&limit=500`);
    feed.push(...json.items.map(({ transactionId }: { transactionId: string }) => transactionId));
    query = `cursor=${encodeURIComponent(json.nextCursor)}`;
    return feed.length;
  };
  await eventually(readOn, (length) => expect(length).toBe(OUTCOMES));
  expect(new Set(arrived).size).toBe(OUTCOMES);
  expect(arrived).toEqual(feed);
});

it('stays at a callback that the receiver refuses, and goes on when it is accepted', async () => {
  refuses = true;
  const initiator = (await service.create('POST /v1/keys', { scope: 'initiator' })).key;
  const content = { transactionType: 'payment', status: 'FAILED', amount: 1, currency: 'EUR' };
  await service.api(initiator, 'PUT /v1/merchants/shop/transactions/last', {
    ...content,
    occurredAt: '2026-11-20T08:00:00Z',
  });
  const listener = start(words(), { env });
  let shown = '';
  listener.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  await eventually(
    () => shown.includes('"answer":"500"'),
    (isShown) => expect(isShown).toBe(true),
  );
  expect(arrived).not.toContain('last');
  refuses = false;
  await eventually(
    () => [...arrived],
    (seen) => expect(seen).toContain('last'),
  );
  const second = await run(words(), { env });
  expect(second).toMatchObject({ status: 2, stderr: expect.stringContaining('already_listening') });
  listener.kill('SIGINT');
  const [status] = await once(listener, 'exit');
  expect(status).toBe(130);
});

it('forwards once more what somebody sends again, also after pages of other outcomes', async () => {
  const endpoint = await service.create('POST /v1/merchants/shop/endpoints', {
    url: url.replace('/hook', '/endpoint'),
  });
  const initiator = (await service.create('POST /v1/keys', { scope: 'initiator' })).key;
  const content = { transactionType: 'payment', status: 'FAILED', amount: 1, currency: 'EUR' };
  await service.api(initiator, 'PUT /v1/merchants/shop/transactions/resent', {
    ...content,
    occurredAt: '2026-11-20T08:00:00Z',
  });
  const key = env.TIDINGS_KEY ?? '';
  await eventually(
    async () => (await service.api(key, 'GET /v1/transactions/resent')).json.notifications,
    (notifications) => expect(notifications).toMatchObject([{ state: 'delivered' }]),
  );
  const listener = start(words(), { env });
  let shown = '';
  listener.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const times = () => shown.split('"transactionId":"resent"').length - 1;
  await eventually(times, (count) => expect(count).toBe(1));
  const notification = `resent.1.${endpoint.endpointId}`;
  expect((await service.api(key, `POST /v1/notifications/${notification}/redeliver`)).status).toBe(202);
  await eventually(times, (count) => expect(count).toBe(2));
  listener.kill('SIGINT');
  await once(listener, 'exit');
});
