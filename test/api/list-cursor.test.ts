import { beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../lib/api/contract/operations.ts';
import { MAX_CURSOR_LENGTH } from '../../lib/api/list-cursor.ts';
import type { World } from '../support/demo-world.ts';
import { createWorld, payment, START_MS, statusExchange } from '../support/world.ts';

const MINUTE = 60_000;
/** Ids as long as they may be. */
const long = (name: string) => name.padEnd(64, 'x');
const [DEMO, OTHER] = [long('demo'), long('other')];
const [FIRST, SECOND] = ['2026-11-20T08:00:00.000Z', '2026-11-20T08:05:00.000Z'];

/** One list as one caller sees it. */
interface List {
  readonly operationId: string;
  readonly key: string;
  /** Path and query; a cursor and a limit go behind it. */
  readonly request: string;
  /** Where another caller or request names the very same list. */
  readonly sameAs?: string;
}

/** Two merchants that have at least two rows in each of their lists. */
async function createLists(): Promise<{ world: World; lists: Map<string, List> }> {
  const world = createWorld();
  const lists = new Map<string, List>();
  const add = (name: string, list: List) => lists.set(name, list);
  await world.call(world.admin, 'POST /v1/keys', { scope: 'initiator' });
  await world.call(world.admin, 'POST /v1/keys', { scope: 'admin' });
  for (const merchantId of [DEMO, OTHER]) {
    world.time.nowMs = START_MS;
    const merchant = await world.merchant(merchantId, { schedule: [1] });
    const { initiator, manager, receiver } = merchant;
    // Two that fail, for two alerts.
    for (const url of ['https://one.example/', 'https://two.example/']) {
      await merchant.endpoint({ url, types: ['payment.*'] });
    }
    await merchant.endpoint({ types: ['tidings.*'] });
    const { endpointId } = await merchant.endpoint({ types: ['refund.*'] });
    const put = (id: string, changes: object) =>
      world.call(initiator, `PUT /v1/merchants/${merchantId}/transactions/${long(id)}`, payment(changes));
    for (const n of [1, 2, 3]) {
      await put(`prepared_${n}`, { status: 'PENDING' });
      await put(`payment_${n}`, { reference: long('ORDER-1') });
      await put(`refund_${n}`, { transactionType: 'refund', reference: long('ORDER-2') });
    }
    world.time.nowMs += 5 * MINUTE;
    for (const n of [4, 5]) await put(`payment_${n}`, { status: 'FAILED' });
    await world.relayAll();
    const refunds = `/v1/merchants/${merchantId}/endpoints/${endpointId}`;
    await world.call(manager, `PATCH ${refunds}`, { enabled: false });
    const query = (name: string, operationId: string, request: string) => {
      const own = `${merchantId.slice(0, 5)}: ${name}`;
      add(own, { operationId, request, key: receiver });
      add(`${own}, by an admin`, {
        operationId: `${operationId}ForMerchant`,
        request: request.replace('/v1', `/v1/merchants/${merchantId}`),
        key: world.admin,
        sameAs: own,
      });
    };
    query('feed', 'listTransactions', 'GET /v1/transactions?');
    query('feed of payments', 'listTransactions', 'GET /v1/transactions?type=payment');
    query('feed of refunds', 'listTransactions', 'GET /v1/transactions?type=refund');
    query('feed of what failed', 'listTransactions', 'GET /v1/transactions?status=FAILED');
    for (const order of ['ORDER-1', 'ORDER-2']) {
      query(order, 'listTransactions', `GET /v1/transactions?reference=${long(order)}`);
    }
    for (const start of [FIRST, SECOND]) {
      query(`window ${start}`, 'listWindowRows', `GET /v1/windows/${start}/transactions?`);
    }
    query('refunds of a window', 'listWindowRows', `GET /v1/windows/${FIRST}/transactions?types=refund.*`);
    query('exhausted', 'listNotifications', 'GET /v1/notifications?state=exhausted');
    query('blocked', 'listNotifications', 'GET /v1/notifications?state=blocked');
    query(
      'blocked of one',
      'listNotifications',
      `GET /v1/notifications?state=blocked&endpointId=${endpointId}`,
    );
    for (const filter of ['', 'state=exhausted', 'state=blocked', `endpointId=${endpointId}`]) {
      query(`deliveries ${filter}`, 'listDeliveries', `GET /v1/deliveries?${filter}`);
    }
    const range = { from: FIRST, to: SECOND };
    for (let n = 0; n < 3; n += 1) await world.call(receiver, 'POST /v1/redeliveries', range);
    query('alerts', 'listAlerts', 'GET /v1/alerts?');
    query('redeliveries', 'listRedeliveries', 'GET /v1/redeliveries?');
    const path = `/v1/merchants/${merchantId}/keys?`;
    add(`${merchantId.slice(0, 5)}: keys`, {
      operationId: 'listMerchantKeys',
      key: manager,
      request: `GET ${path}`,
    });
    const auditLog = `${merchantId.slice(0, 5)}: audit log`;
    add(auditLog, { operationId: 'listAuditLog', key: manager, request: 'GET /v1/audit-log?' });
    add(`${auditLog}, by an admin`, {
      operationId: 'listAuditLog',
      key: world.admin,
      request: `GET /v1/audit-log?merchantId=${merchantId}`,
      sameAs: auditLog,
    });
    add(`${merchantId.slice(0, 5)}: unresolved`, {
      operationId: 'listUnresolvedTransactions',
      key: initiator,
      request: 'GET /v1/unresolved?',
    });
  }
  add('account: audit log', { operationId: 'listAuditLog', key: world.admin, request: 'GET /v1/audit-log?' });
  add('all: merchants', { operationId: 'listMerchants', key: world.admin, request: 'GET /v1/merchants?' });
  add('all: keys', { operationId: 'listKeys', key: world.admin, request: 'GET /v1/keys?' });
  add('all: unresolved', {
    operationId: 'listUnresolvedTransactions',
    key: world.admin,
    request: 'GET /v1/unresolved?',
  });
  add('demo, by an admin: unresolved', {
    operationId: 'listUnresolvedTransactions',
    key: world.admin,
    request: `GET /v1/unresolved?merchantId=${DEMO}`,
    sameAs: `${DEMO.slice(0, 5)}: unresolved`,
  });
  await fillUndelivered(world);
  // Records without an outcome stay parked.
  for (const recordId of ['record_1', 'record_2', 'record_3']) {
    await world.ports.parking.park({ recordId, reason: 'not_an_outcome: x', payload: '{}' });
  }
  add('parked', { operationId: 'listParkedRecords', key: world.admin, request: 'GET /v1/parked?' });
  add('parked, put back', {
    operationId: 'putBackParkedRecords',
    key: world.admin,
    request: 'POST /v1/parked/put-back?',
    sameAs: 'parked',
  });
  return { world, lists };
}

/** Each merchant has exhausted and blocked notifications, and unresolved PENDINGs. */
async function fillUndelivered(world: World): Promise<void> {
  world.receiver.answer = () => statusExchange(500);
  world.time.nowMs = START_MS + 11 * MINUTE;
  await world.drain();
  await world.closeWindows();
  for (const check of world.ports.contents.checks.values()) {
    const { nextAttemptAt: _due, ...rest } = check;
    await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
  }
}

describe('every list', () => {
  let world: World;
  let lists: Map<string, List>;
  const ask = ({ key, request }: List, rest: string) => world.call(key, `${request}&${rest}`);
  const firstCursor = async (list: List): Promise<string> => {
    const { json } = await ask(list, 'limit=1');
    expect(json, list.request).toMatchObject({ hasMore: true, nextCursor: expect.any(String) });
    return json.nextCursor;
  };
  beforeAll(async () => {
    ({ world, lists } = await createLists());
  });

  it('that takes a cursor is tried here', () => {
    const takers = operations.filter(({ query }) => query !== undefined && 'cursor' in query().shape);
    const tried = new Set([...lists.values()].map(({ operationId }) => operationId));
    expect(takers.map(({ operationId }) => operationId).sort()).toEqual([...tried].sort());
  });

  it('goes on behind its own cursor, which fits with ids of 64 characters', async () => {
    for (const list of lists.values()) {
      const cursor = await firstCursor(list);
      expect(cursor.length, list.request).toBeLessThanOrEqual(MAX_CURSOR_LENGTH);
      const next = await ask(list, `limit=1&cursor=${cursor}`);
      expect(next.status, list.request).toBe(200);
    }
  });

  it('refuses the cursor of every other list, filter, window and merchant', async () => {
    for (const [from, list] of lists) {
      const cursor = await firstCursor(list);
      for (const [to, other] of lists) {
        const isSame = to === from || other.sameAs === from || list.sameAs === to;
        const { status, json } = await ask(other, `limit=1&cursor=${cursor}`);
        expect({ from, to, status }).toEqual({ from, to, status: isSame ? 200 : 400 });
        if (!isSame) expect(json.code).toBe('invalid_cursor');
      }
    }
  });

  it.each([
    ['made up', 'enp6'],
    ['an id made opaque', Buffer.from(long('payment_1')).toString('base64url')],
    ['a place in an index', Buffer.from('{"partition":0,"after":"x"}').toString('base64url')],
    [
      'a key of an index',
      Buffer.from('{"partition":0,"after":"{\\"pk\\":\\"T#a#b\\"}"}').toString('base64url'),
    ],
    ['no base64url', '%21%21'],
    ['bytes that are no text', '_____w'],
    ['nothing', ''],
    ['as long as may be', 'A'.repeat(512)],
    ['longer', 'A'.repeat(513)],
  ])('refuses a cursor that is %s, and never answers with an empty page', async (_title, cursor) => {
    for (const list of lists.values()) {
      const { status, json } = await ask(list, `cursor=${cursor}`);
      expect({ request: list.request, status, code: json.code }).toEqual({
        request: list.request,
        status: 400,
        code: 'invalid_cursor',
      });
      expect(json.errors).toEqual([{ pointer: '/query/cursor', code: 'invalid_cursor' }]);
    }
  });

  it('refuses its own cursor with anything added or changed', async () => {
    for (const list of lists.values()) {
      const cursor = await firstCursor(list);
      for (const changed of [`${cursor}A`, `${cursor}=`, cursor.slice(1), `${cursor.slice(0, -1)}.`]) {
        const { status } = await ask(list, `cursor=${encodeURIComponent(changed)}`);
        expect([list.request, status]).toEqual([list.request, 400]);
      }
    }
  });

  it('names no other merchant in a cursor, and shows none of its rows', async () => {
    for (const [name, list] of lists) {
      if (!name.startsWith('demo')) continue;
      let rest = 'limit=2';
      for (let pages = 0; pages < 20; pages += 1) {
        const { text, json } = await ask(list, rest);
        expect(text).not.toContain(OTHER);
        if (!json.hasMore) break;
        const place = Buffer.from(json.nextCursor, 'base64url').toString('utf8');
        expect(place).not.toContain(OTHER);
        rest = `limit=2&cursor=${json.nextCursor}`;
      }
    }
  });
});

describe('the rows of a window', () => {
  it('refuse the cursor of another revision, and one that names a place outside', async () => {
    const { world, lists } = await createLists();
    const list = lists.get(`${DEMO.slice(0, 5)}: window ${FIRST}`);
    if (list === undefined) throw new Error('no such list');
    const ask = (rest: string) => world.call(list.key, `${list.request}&${rest}`);
    const { nextCursor } = (await ask('limit=1')).json;
    expect((await ask(`cursor=${nextCursor}`)).status).toBe(200);
    const merchantId = DEMO as never;
    const window = await world.ports.windows.read(merchantId, FIRST);
    if (window === undefined) throw new Error('the window is not closed');
    await world.ports.windows.revise({ ...window, revision: 1 }, 0);
    expect((await ask(`cursor=${nextCursor}`)).json).toMatchObject({
      status: 400,
      code: 'invalid_cursor',
      errors: [{ pointer: '/query/cursor' }],
    });
    expect((await ask('limit=1')).json.nextCursor).not.toBe(nextCursor);
  });
});

describe('what is unresolved', () => {
  it('of one merchant is read without reading any other’s, and shown oldest first', async () => {
    const { world, lists } = await createLists();
    const asked: unknown[] = [];
    const { unresolved } = world.ports.checks;
    world.ports.checks.unresolved = async (options) => {
      const page = await unresolved(options);
      asked.push(options.merchantId, ...page.keys.map(({ merchantId }) => merchantId));
      return page;
    };
    const list = lists.get(`${DEMO.slice(0, 5)}: unresolved`);
    const { json } = await world.call(list?.key, 'GET /v1/unresolved');
    expect(json).toMatchObject({ hasMore: false });
    expect(json.items).toHaveLength(3);
    expect(new Set(asked)).toEqual(new Set([DEMO]));
    const times = json.items.map(({ recordedAt }: { recordedAt: string }) => recordedAt);
    expect(times).toEqual(times.toSorted());
  });

  it('of all merchants is listed for admins, whole', async () => {
    const { world } = await createLists();
    const seen: string[] = [];
    for (let cursor = '', hasMore = true; hasMore; ) {
      const { json } = await world.call(world.admin, `GET /v1/unresolved?limit=2${cursor}`);
      seen.push(
        ...json.items.map((item: Record<string, string>) => `${item.merchantId}/${item.transactionId}`),
      );
      hasMore = json.hasMore;
      cursor = `&cursor=${json.nextCursor}`;
    }
    expect(seen).toHaveLength(6);
    expect(seen).toEqual([...new Set(seen)].toSorted());
  });
});
