import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandFailure, EXIT } from '../../../lib/cli/command-line/exit-status.ts';
import type { Service } from '../../../lib/cli/connection/service.ts';
import { followFeed, type ListenNews } from '../../../lib/cli/listen/follow-feed.ts';
import { newSecret } from '../../../lib/receiver/testing/index.ts';
import { START_MS } from '../../support/world.ts';

const at = (ms: number) => new Date(ms).toISOString();
const transaction = (transactionId: string) => ({
  merchantId: 'demo',
  transactionId,
  version: 1,
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: at(START_MS),
  recordedAt: at(START_MS),
  listedAt: at(START_MS),
  metadata: {},
});
const resent = (transactionId: string) => ({
  ...transaction(transactionId),
  notifications: [{ lastRequest: { action: 'redeliver', at: at(START_MS + 1) } }],
});
const refusal = (message: string) => new CommandFailure(EXIT.refused, 'refused', message);

/** What the receiver answers next; then 204. */
const statuses: number[] = [];
/** What the service refuses next, by the end of the path. */
const refusals: string[] = [];
beforeEach(() => {
  statuses.length = 0;
  refusals.length = 0;
});
const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(statuses.shift() ?? 204).end());
});
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(() => receiver.close());

/** A service without news in its feed, where the callbacks of two transactions were sent again. */
const service = {
  pathOfMerchant: async (path: string) => `/v1${path}`,
  async ask({ path }: { readonly path: string }) {
    if (path === '/v1/transactions') return { items: [], nextCursor: 'end', watermark: at(START_MS) };
    const index = refusals.findIndex((end) => path.endsWith(end));
    if (index >= 0) throw refusal(`${refusals.splice(index, 1)} is refused.`);
    return transaction(path.slice('/v1/transactions/'.length));
  },
  async *pages() {
    if (refusals[0] === 'deliveries') throw refusal(`${refusals.shift()} is refused.`);
    yield [resent('pay_1'), resent('pay_2')];
  },
} as unknown as Service;

/** Listens for a number of looks for resends. A look at the feed takes eleven seconds. */
async function listen(looks: number): Promise<readonly string[]> {
  const ending = new AbortController();
  const said: string[] = [];
  let nowMs = START_MS;
  let idle = 0;
  const onNews = (news: ListenNews) => {
    if (news.event === 'forwarded')
      said.push(`${news.transactionId} ${news.isAccepted ? 'accepted' : 'refused'}`);
    if (news.event === 'refused') said.push(news.why);
    if (news.event !== 'idle') return;
    nowMs += 11_000;
    idle += 1;
    if (idle > looks) ending.abort();
  };
  const { port } = receiver.address() as AddressInfo;
  await followFeed({
    service,
    receiver: {
      url: `http://127.0.0.1:${port}/hook`,
      secret: newSecret(),
      now: () => nowMs,
      signal: ending.signal,
    },
    file: { write: () => undefined } as never,
    state: { from: at(START_MS), accepted: [] } as never,
    types: [],
    isOnce: false,
    onNews,
  });
  return said;
}

describe('a callback that was sent again', () => {
  it('comes once more, and once only', async () => {
    expect(await listen(2)).toEqual(['pay_1 accepted', 'pay_2 accepted']);
  });

  it('stops the line until the receiver accepts it', async () => {
    statuses.push(500, 503);
    expect(await listen(1)).toEqual(['pay_1 refused', 'pay_1 refused', 'pay_1 accepted', 'pay_2 accepted']);
  });

  it('is read again if the service refused it, and the others do not wait for it', async () => {
    refusals.push('pay_1');
    expect(await listen(2)).toEqual(['pay_1 is refused.', 'pay_2 accepted', 'pay_1 accepted']);
  });

  it('is found later if the service refused the list, which is told', async () => {
    refusals.push('deliveries');
    expect(await listen(2)).toEqual(['deliveries is refused.', 'pay_1 accepted', 'pay_2 accepted']);
  });
});
