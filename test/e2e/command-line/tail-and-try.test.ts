import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLiveBoard } from '../../../lib/local/demo/live-board.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { runHere as run } from '../../support/running/run-here.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { createScreen } from '../../support/terminal/screen.ts';
import { linesOf, start } from './program.ts';

describe('watching a service with the command line', () => {
  const dataDir = temporaryDirectory();
  let service: ServiceCloud;
  let receiver: Server;
  let env: Readonly<Record<string, string>>;
  let initiator: Readonly<Record<string, string>>;
  let secret: string;

  beforeAll(async () => {
    service = await startServiceCloud({
      dataDir: join(dataDir, 'service'),
      jobs: [],
      environment: {
        TIDINGS_ALLOW_LOOPBACK: 'true',
        TIDINGS_ONE_CLOCK: 'true',
        TIDINGS_FEED_LAG_SECONDS: '3',
      },
    });
    receiver = createServer((_, response) => response.writeHead(204).end()).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    const merchant = await service.create('POST /v1/merchants', { merchantId: 'shop', name: 'Shop' });
    secret = merchant.secret;
    const put = 'PUT /v1/merchants/shop/endpoints/ep_1';
    await service.create(put, { url: `http://127.0.0.1:${port}/hook` });
    const own = { TIDINGS_API: service.cloud.apiUrl, TIDINGS_CONFIG_DIR: join(dataDir, 'config') };
    const keys = await Promise.all([
      service.create('POST /v1/merchants/shop/keys', { scope: 'receiver' }),
      service.create('POST /v1/keys', { scope: 'initiator' }),
    ]);
    env = { ...own, TIDINGS_KEY: keys[0].key };
    initiator = { ...own, TIDINGS_KEY: keys[1].key };
  });
  afterAll(async () => {
    receiver.close();
    await service.stop();
    removeDirectory(dataDir);
  });

  const record = (id: string, type = 'payment') => {
    const outcome = '--status SUCCEEDED --amount 5 --currency EUR --occurred 2026-11-20T08:00:00Z';
    const words = `record ${id} --merchant shop --type ${type} ${outcome}`;
    return run(words.split(' '), { env: initiator });
  };

  it('tail shows each outcome and its delivery once while it runs, and ends with 130 on Ctrl-C', async () => {
    const child = start(['tail', '--json'], { env });
    // biome-ignore lint/suspicious/noExplicitAny: lines of the program, of which the test looks at single fields.
    const seen: any[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => seen.push(JSON.parse(line)));
    expect((await record('pay_1')).status).toBe(0);
    const told = () => seen.map(({ event, state }) => (state === undefined ? event : `${event} ${state}`));
    await eventually(told, (now) => expect(now).toContain('attempt delivered'));
    expect((await record('pay_2')).status).toBe(0);
    await eventually(told, (now) => expect(now.filter((one) => one === 'attempt delivered')).toHaveLength(2));
    expect(told()).toEqual(['outcome', 'attempt delivered', 'outcome', 'attempt delivered']);
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(130);
  });

  it('tail --once fits 80 columns, and shows what its filters let through', async () => {
    const page = await run(['tail', '--since', '10m', '--once'], { env });
    expect(page).toMatchObject({ status: 0, stderr: '' });
    expect(page.stdout).toMatch(/● pay_1 +payment\.succeeded +0\.05 EUR\n/);
    expect(page.stdout).toMatch(/✓ pay_1 +ep_1 +delivered 204\n/);
    for (const line of page.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const only = async (...words: readonly string[]) =>
      linesOf(await run(['tail', '--since', '10m', '--once', '--json', ...words], { env }));
    expect(await only('--state', 'exhausted')).toEqual([]);
    expect(await only('--type', 'refund.*')).toEqual([]);
    expect((await only('--endpoint', 'ep_1')).map(({ event }) => event)).toEqual(['attempt', 'attempt']);
    expect(await run(['tail', '--type', 'No Type'], { env })).toMatchObject({ status: 2 });
  });

  it('tail misses nothing while the connection is broken, says so, and may start before the service does', async () => {
    const { TIDINGS_API: api = '', TIDINGS_KEY: key = '' } = env;
    let isBroken = true;
    const line = createServer((request, response) => {
      if (isBroken) {
        request.socket.destroy();
        return;
      }
      fetch(`${api}${request.url}`, { headers: { authorization: `Bearer ${key}` } })
        .then(async (answer) => {
          const headers = Object.fromEntries(
            ['content-type'].map((name) => [name, answer.headers.get(name) ?? '']),
          );
          response.writeHead(answer.status, headers).end(await answer.text());
        })
        .catch(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(line, 'listening');
    const TIDINGS_API = `http://127.0.0.1:${(line.address() as AddressInfo).port}`;
    const child = start(['tail', '--json', '--type', 'refund.*'], { env: { ...env, TIDINGS_API } });
    // biome-ignore lint/suspicious/noExplicitAny: lines of the program, of which the test looks at single fields.
    const seen: any[] = [];
    createInterface({ input: child.stdout }).on('line', (text) => seen.push(JSON.parse(text)));
    const waits = () => seen.filter(({ event }) => event === 'waiting').length;
    const outcomes = () =>
      seen.filter(({ event }) => event === 'outcome').map(({ outcome }) => outcome.transactionId);
    await eventually(waits, (count) => expect(count).toBe(1));
    isBroken = false;
    expect((await record('ref_1', 'refund')).status).toBe(0);
    await eventually(outcomes, (ids) => expect(ids).toEqual(['ref_1']));
    isBroken = true;
    line.closeAllConnections();
    expect((await record('ref_2', 'refund')).status).toBe(0);
    expect((await record('ref_3', 'refund')).status).toBe(0);
    await eventually(waits, (count) => expect(count).toBeGreaterThan(1));
    isBroken = false;
    await eventually(outcomes, (ids) => expect(ids).toEqual(['ref_1', 'ref_2', 'ref_3']));
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(130);
    line.close();
    line.closeAllConnections();
  });

  it('the demo’s board shows what others record, with address and keys below', async () => {
    const screen = createScreen({ columns: 80, rows: 24 });
    const stream = { isTTY: true, columns: 80, write: screen.write };
    const { TIDINGS_API: api = '', TIDINGS_KEY: receiverKey = '' } = env;
    const ending = new AbortController();
    const merchant = {
      merchantId: 'shop',
      receiverKey,
      endpointId: 'ep_1',
      merchantSecret: '',
      endpointSecret: '',
    };
    const board = openLiveBoard({
      api,
      merchant,
      receiver: { isOffline: false },
      stdout: stream,
      stderr: stream,
      hasColour: false,
      hasKeys: true,
      now: Date.now,
      signal: ending.signal,
    });
    board.message('receiver goes offline');
    expect((await record('pay_3')).status).toBe(0);
    await eventually(
      () => screen.rows(),
      (rows) => {
        expect(rows).toContainEqual(expect.stringMatching(/✓ pay_3 +ep_1 +delivered 204$/));
        expect(rows).toContainEqual(expect.stringMatching(/^\d\d:\d\d:\d\d {2}receiver goes offline$/));
        expect(rows.slice(-3)).toEqual([
          `API ${api}   console ${api}/console`,
          expect.stringMatching(/UTC {2}merchant shop · \d+ outcomes? · \d+ delivered$/),
          '[k] stop the receiver   [r] record an order   [q] quit',
        ]);
      },
    );
    ending.abort();
    expect(screen.rows().join('\n')).not.toContain('[q] quit');
  });

  it('try records an outcome, and shows the callback that it verified', async () => {
    const own = { ...initiator, TIDINGS_SECRET: secret };
    const { status, stdout } = await run(['try', '--merchant', 'shop'], { env: own });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^webhook-signature: v1,/m)]);
    expect(stdout).toMatch(/^\{"type":"payment\.succeeded".*"reference":"TRY-/m);
    const [tried] = linesOf(await run(['try', '--merchant', 'shop', '--json'], { env: own }));
    expect(JSON.parse(tried.callback.body).data.transactionId).toBe(tried.recorded.transactionId);
    expect(await run(['try', '--merchant', 'shop'], { env: initiator })).toMatchObject({ status: 2 });
  });
});
