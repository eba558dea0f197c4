import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDigestSum } from '../../lib/core/feed/digest.ts';
import type { Outcome } from '../../lib/core/model.ts';
import { type Api, expectStatus } from '../../lib/local/api-client.ts';
import { bucketOf } from '../../lib/protocol/row-digest.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { type ServiceCloud, startServiceCloud } from '../support/running/service-cloud.ts';
import { ROOT } from '../support/synthesized.ts';
import { verified } from '../support/verified.ts';
import { payment } from '../support/world.ts';

/** Settings under which windows are closed within seconds. */
const WINDOW_SECONDS = 2;
const ENVIRONMENT = {
  TIDINGS_ALLOW_LOOPBACK: 'true',
  TIDINGS_ONE_CLOCK: 'true',
  TIDINGS_FEED_LAG_SECONDS: '3',
  TIDINGS_WINDOW_SECONDS: String(WINDOW_SECONDS),
};
const OUTCOMES = 60;
const HIDDEN = ['pay_7', 'pay_41'];

type Row = Outcome & { readonly listedAt: string };
interface Slice {
  readonly start: string;
  readonly end: string;
  readonly groups: unknown;
}

describe('a receiver that missed callbacks, on the deployed bundles', () => {
  const dataDir = temporaryDirectory();
  let service: ServiceCloud;
  let api: Api;
  let secret: string;
  let receiverKey: string;
  const ledger: Row[] = [];
  let requests = 0;

  beforeAll(async () => {
    service = await startServiceCloud({
      // The rows of the journey are read from both children of a split shard.
      splitStreamAfter: 5,
      dataDir,
      environment: ENVIRONMENT,
      jobs: ['Close'],
    });
    api = service.api;
    const { create } = service;
    secret = (await create('POST /v1/merchants', { merchantId: 'alpha', name: 'Alpha', feedShards: 3 }))
      .secret;
    receiverKey = (await create('POST /v1/merchants/alpha/keys', { scope: 'receiver' })).key;
    const initiator = (await create('POST /v1/keys', { scope: 'initiator' })).key;
    for (let index = 0; index < OUTCOMES; index += 1) {
      const changes = { amount: index, transactionType: index % 4 === 0 ? 'refund' : 'payment' };
      const path = `PUT /v1/merchants/alpha/transactions/pay_${index}`;
      const { json } = expectStatus(await api(initiator, path, payment(changes)), 200, 201);
      if (!HIDDEN.includes(json.transactionId)) ledger.push(json);
    }
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(dataDir);
  });

  /** Asks as the receiver, and believes nothing that is not signed and not the answer to this question. */
  const ask = async (path: string, status = 200) => {
    requests += 1;
    const answer = expectStatus(await api(receiverKey, `GET ${path}`), status);
    const url = new URL(path, 'http://tidings');
    url.searchParams.sort();
    const query = url.searchParams.size === 0 ? '' : `?${url.searchParams}`;
    expect(verified(answer, secret)).toEqual(answer.json);
    expect(answer.json.request).toBe(`GET ${decodeURIComponent(url.pathname)}${query}`);
    return answer.json;
  };
  const groupsOf = (rows: readonly Row[]) => {
    const sum = createDigestSum();
    for (const row of rows) sum.add(row);
    return sum.groups();
  };
  const within = ({ start, end }: Slice) =>
    ledger.filter(({ listedAt }) => listedAt >= start && listedAt < end);
  const differing = (slices: readonly Slice[]) =>
    slices.filter((slice) => JSON.stringify(slice.groups) !== JSON.stringify(groupsOf(within(slice))));
  const aligned = (time: string) => {
    const lengthMs = WINDOW_SECONDS * 1_000;
    return new Date(Math.floor(Date.parse(time) / lengthMs) * lengthMs).toISOString();
  };
  /** Asks again until the windows of all that was recorded are closed. */
  const closedThrough = async (from: string): Promise<string> => {
    const last = ledger.at(-1)?.listedAt ?? '';
    const look = async () => {
      const { status, json } = await api(receiverKey, `GET /v1/windows?from=${from}`);
      return status === 200 ? (json.closedThrough as string) : `${status} ${json.code}`;
    };
    // What is refused is not closed yet, or else it will be seen below.
    return eventually(look, (seen) => expect(seen > last && seen.startsWith('2')).toBe(true));
  };

  it('finds them from day to hour to window to bucket to row, every answer signed', async () => {
    const from = aligned(ledger[0]?.listedAt ?? '');
    const to = await closedThrough(from);
    requests = 0;
    const list = async (range: Pick<Slice, 'start' | 'end'>, resolution: string): Promise<readonly Slice[]> =>
      (await ask(`/v1/windows?from=${range.start}&to=${range.end}&resolution=${resolution}`)).items;
    const found: Row[] = [];
    for (const day of differing(await list({ start: from, end: to }, 'day'))) {
      for (const hour of differing(await list(day, 'hour'))) {
        for (const window of differing(await list(hour, 'window'))) {
          const { buckets } = await ask(`/v1/windows/${window.start}?buckets=256`);
          for (const { bucket, count } of buckets) {
            const own = within(window).filter(({ transactionId }) => bucketOf(transactionId) === bucket);
            if (own.length === count) continue;
            const { items } = await ask(`/v1/windows/${window.start}/transactions?bucket=${bucket}`);
            const known = new Set(own.map(({ transactionId }) => transactionId));
            found.push(...items.filter((row: Row) => !known.has(row.transactionId)));
          }
        }
      }
    }
    expect(found.map(({ transactionId }) => transactionId).sort()).toEqual([...HIDDEN].sort());
    // A day or two, an hour or two, and of each one that was missed a window, its buckets and its rows.
    expect(requests).toBeLessThanOrEqual(12);

    ledger.push(...found);
    expect(differing(await list({ start: from, end: to }, 'day'))).toEqual([]);
  });

  it('finds them from a file at the command line too, and that nothing else is missing', async () => {
    const from = aligned(ledger[0]?.listedAt ?? '');
    const columns = ['transactionId', 'version', 'status', 'amount', 'currency', 'listedAt'] as const;
    const reconcile = async (rows: readonly Row[], ...options: readonly string[]) => {
      const file = join(dataDir, 'ledger.csv');
      const records = rows.map((row) => columns.map((column) => row[column]).join());
      writeFileSync(file, [columns.join(), ...records, ''].join('\r\n'));
      const command = ['bin/tidings.ts', 'reconcile', '--ledger', file, '--from', from, ...options];
      const settings = {
        TIDINGS_API: service.cloud.apiUrl,
        TIDINGS_KEY: receiverKey,
        TIDINGS_SECRET: secret,
      };
      const child = spawn(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...settings } });
      const [said, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return { status, lines: said.trim().split('\n') };
    };
    const known = ledger.filter(({ transactionId }) => !HIDDEN.includes(transactionId));
    const missing = await reconcile(known, '--json');
    const found = missing.lines.map((line) => JSON.parse(line));
    expect(found.slice(0, -1).map((one) => [one.class, one.transactionId])).toEqual(
      HIDDEN.map((transactionId) => ['only_here', transactionId]),
    );
    expect([missing.status, found.at(-1)]).toMatchObject([
      1,
      { result: 'differs', differences: HIDDEN.length },
    ]);

    const whole = await reconcile(ledger);
    expect([whole.status, whole.lines.at(-1)]).toEqual([0, 'result    equal']);
    expect(whole.lines.some((line) => line.includes('every answer verified'))).toBe(true);
  });

  it('has its rows compared with what is listed, window by window', async () => {
    const lost = ledger.find(({ transactionId }) => transactionId === HIDDEN[0]);
    const window = aligned(lost?.listedAt ?? '');
    const end = new Date(Date.parse(window) + WINDOW_SECONDS * 1_000).toISOString();
    const rows = within({ start: window, end, groups: [] })
      .filter((row) => row !== lost)
      .map(({ transactionId, version, status, amount, currency }) => ({
        transactionId,
        version,
        status,
        amount,
        currency,
      }));
    const answer = expectStatus(await api(receiverKey, 'POST /v1/reconciliations', { window, rows }), 200);
    expect(verified(answer, secret)).toMatchObject({
      start: window,
      differences: [{ class: 'only_here', transactionId: HIDDEN[0] }],
    });
  });

  it('reads the whole feed page by page, each outcome once and in order', async () => {
    const items: Row[] = [];
    for (let cursor = '', hasMore = true; hasMore; ) {
      const page = await ask(`/v1/transactions?limit=7${cursor}`);
      items.push(...page.items);
      ({ hasMore } = page);
      cursor = `&cursor=${page.nextCursor}`;
    }
    const order = items.map(({ listedAt, transactionId }) => `${listedAt}#${transactionId}`);
    expect(order).toEqual([...order].sort());
    expect(new Set(items.map(({ transactionId }) => transactionId)).size).toBe(OUTCOMES);
    expect(items).toHaveLength(OUTCOMES);
  });

  it('is told plainly where it asks for what is not closed', async () => {
    const open = aligned(new Date(Date.now() + 60_000).toISOString());
    expect(await ask(`/v1/windows/${open}`, 409)).toMatchObject({
      code: 'window_not_closed',
      windowSeconds: WINDOW_SECONDS,
    });
  });
});
