import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectStatus } from '../../lib/local/api-client.ts';
import { eventually } from '../support/eventually.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import { openShop, type Shop } from '../support/running/test-shop.ts';
import { payment } from '../support/world.ts';

/** Soon, and for as long as a busy machine may need: nothing is given up before the receiver is back. */
const SCHEDULE = [1, 1, 2, 2, 3, 3, ...Array(24).fill(15)];

describe('npm start, from outside', () => {
  let dataDir: string;
  let service: LocalService;
  const shops: Shop[] = [];
  beforeEach(async () => {
    dataDir = temporaryDirectory();
    service = await startService(dataDir);
  });
  afterEach(async () => {
    await Promise.all(shops.splice(0).map((shop) => shop.stop()));
    await service.stop();
    removeDirectory(dataDir);
  });

  const open = async (merchantId: string) => {
    const shop = await openShop(service, merchantId, { schedule: SCHEDULE });
    shops.push(shop);
    return shop;
  };
  const put = (merchantId: string, transactionId: string) => {
    const path = `/v1/merchants/${merchantId}/transactions/${transactionId}`;
    return service.api(service.credentials.initiatorKey, `PUT ${path}`, payment());
  };
  /** As any initiator: what nobody answered, or a busy machine refused for now, is said again. */
  const record = (merchantId: string, transactionId: string) =>
    eventually(
      () => put(merchantId, transactionId).then(({ status }) => status, String),
      (answer) => expect(answer).toBeOneOf([200, 201]),
    );
  /** Four at a time, as an initiator with a small pool would. */
  const recordAll = async (names: readonly { merchantId: string; transactionId: string }[]) => {
    const waiting = [...names];
    const worker = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        await record(name.merchantId, name.transactionId);
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  };

  it('loses nothing when it is killed under load and started again', async () => {
    const shop = await open('alpha');
    await shop.stop();
    const names = Array.from({ length: 40 }, (_, n) => ({ merchantId: 'alpha', transactionId: `pay_${n}` }));
    await recordAll(names.slice(0, 20));
    const acknowledged: string[] = names.slice(0, 20).map(({ transactionId }) => transactionId);
    const recording = Promise.allSettled(
      names.slice(20).map(async (name) => {
        const { status } = await put(name.merchantId, name.transactionId);
        if (status === 201) acknowledged.push(name.transactionId);
      }),
    );
    await service.kill();
    await recording;
    service = await startService(dataDir);
    await shop.start();
    await shop.heardOf(acknowledged.length);
    expect(acknowledged.filter((id) => !shop.callbacks.has(id))).toEqual([]);
    for (const transactionId of acknowledged) {
      const answer = await service.api(shop.receiverKey, `GET /v1/transactions/${transactionId}`);
      expect(answer.json).toMatchObject({ transactionId, status: 'SUCCEEDED' });
    }
  });

  it('stops clean when asked to, and then serves the document and its page again', async () => {
    expect(await service.stop()).toBe(0);
    service = await startService(dataDir);
    expect((await service.api('', 'GET /openapi.json')).status).toBe(200);
    const answers = ['br', 'identity', 'br;q=0'].map(async (encoding) => {
      const answer = await fetch(`${service.credentials.api}/docs`, {
        headers: { 'accept-encoding': encoding },
      });
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      return { encoding: answer.headers.get('content-encoding'), text: await answer.text() };
    });
    const [packed, ...plain] = await Promise.all(answers);
    expect(packed?.encoding).toBe('br');
    expect(packed?.text).toContain('id="outcome_conflict"');
    expect(plain).toEqual(plain.map(() => ({ encoding: null, text: packed?.text })));
  });
});

describe('an id in a path', () => {
  const dataDir = temporaryDirectory();
  let service: LocalService;
  beforeAll(async () => {
    service = await startService(dataDir);
    const merchant = { merchantId: 'alpha', name: 'Alpha' };
    expectStatus(await service.api(service.adminKey, 'POST /v1/merchants', merchant), 201);
  });
  afterAll(async () => {
    await service?.stop();
    removeDirectory(dataDir);
  });

  it.each(['pay%231', 'pay%3F1', 'pay1%20', 'pay1%0A', '%0Apay1', 'pa%09y1', 'pay%2531', 'pay%5C1'])(
    '%s is refused for what it is, and cuts nothing off',
    async (id) => {
      const path = `/v1/merchants/alpha/transactions/${id}`;
      const answer = await service.api(service.credentials.initiatorKey, `PUT ${path}`, payment());
      expect(answer.json).toMatchObject({ status: 400, code: 'invalid_id' });
    },
  );
});
