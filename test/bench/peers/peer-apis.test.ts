import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOrders } from '../../../bench/load/target/load-target.ts';
import { createConvoy } from '../../../bench/peers/products/convoy.ts';
import { createOutpost } from '../../../bench/peers/products/outpost.ts';
import type { PeerApi } from '../../../bench/peers/products/peer-api.ts';
import { createPeerHttp, type PeerHttp } from '../../../bench/peers/products/peer-http.ts';
import { createSvix } from '../../../bench/peers/products/svix.ts';
import { KEY, openStandIn, PAGE, type StandIn } from './stand-in.ts';

const APIS = {
  outpost: (http: PeerHttp) => createOutpost(http, { tenant: 'run-1', topic: undefined }),
  svix: (http: PeerHttp) => createSvix(http, { application: 'run-1' }),
  convoy: (http: PeerHttp) => createConvoy(http, { project: 'p1', endpoint: 'run-1' }),
};

/** The first requests of a run, and those of its list, in the words of each product's API. */
const REQUESTS = {
  outpost: {
    open: ['PUT /api/v1/tenants/run-1', 'POST /api/v1/tenants/run-1/destinations'],
    send: 'POST /api/v1/publish',
    list: [
      'GET /api/v1/events?tenant_id=run-1&limit=1000',
      'GET /api/v1/events?tenant_id=run-1&limit=1000&next=3',
    ],
    remove: 'DELETE /api/v1/tenants/run-1',
  },
  svix: {
    open: ['POST /api/v1/app', 'POST /api/v1/app/run-1/endpoint'],
    send: 'POST /api/v1/app/run-1/msg',
    list: [
      'GET /api/v1/app/run-1/msg?limit=250&with_content=false',
      'GET /api/v1/app/run-1/msg?limit=250&with_content=false&iterator=3',
    ],
    remove: 'DELETE /api/v1/app/run-1',
  },
  convoy: {
    open: ['POST /api/v1/projects/p1/endpoints', 'POST /api/v1/projects/p1/subscriptions'],
    send: 'POST /api/v1/projects/p1/events',
    list: [
      'GET /api/v1/projects/p1/events?endpointId=endpoint_1&perPage=1000&direction=next',
      'GET /api/v1/projects/p1/events?endpointId=endpoint_1&perPage=1000&direction=next&next_page_cursor=3',
    ],
    remove: 'DELETE /api/v1/projects/p1/endpoints/endpoint_1',
  },
};

/** The stand-in's own address with a path that it does not know: what is delivered there is of no interest here. */
const SINK = 'http://127.0.0.1:9/hooks';

describe.each(['outpost', 'svix', 'convoy'] as const)('the adapter for %s', (product) => {
  const expected = REQUESTS[product];
  let peer: StandIn;
  let http: PeerHttp;
  let api: PeerApi;

  const open = (key = KEY) => {
    http = createPeerHttp({ name: product, url: peer.url, key });
    api = APIS[product](http);
  };

  beforeEach(async () => {
    peer = await openStandIn(product);
    open();
  });
  afterEach(async () => {
    await http.close();
    await peer.close();
  });

  it('creates a tenant of the run whose messages go to the sink', async () => {
    await api.open(SINK);
    expect(peer.requests).toEqual(expected.open);
  });

  it('sends one message for each order, with its id in the payload', async () => {
    await api.open(SINK);
    const [order] = createOrders(1);
    if (order === undefined) throw new Error('no order');
    await api.send(order);
    expect(peer.requests.at(-1)).toBe(expected.send);
    expect(peer.sent).toEqual([{ transactionId: order.id, ...order.content }]);
  });

  it('lists what is stored page by page, and knows the last page', async () => {
    await api.open(SINK);
    const orders = createOrders(PAGE + 1);
    for (const order of orders) await api.send(order);
    const first = await api.list(undefined);
    const last = await api.list(first.next);
    expect([...first.ids, ...last.ids]).toEqual(orders.map(({ id }) => id));
    expect(first.bytes).toBeGreaterThan(last.bytes);
    expect(last.next).toBeUndefined();
    expect(peer.requests.slice(-2)).toEqual(expected.list);
  });

  it('removes what it created', async () => {
    await api.open(SINK);
    await api.remove();
    expect(peer.requests.at(-1)).toBe(expected.remove);
  });

  it('says in one sentence that the key is refused, without the key', async () => {
    await http.close();
    open('a-wrong-key');
    const [request] = expected.open;
    await expect(api.open(SINK)).rejects.toThrow(
      `${product} refuses its key: it answered ${request} with 401.`,
    );
  });

  it('says in one sentence that the peer is down', async () => {
    await peer.close();
    await expect(api.open(SINK)).rejects.toThrow(`${product} does not answer at ${peer.url}: ECONNREFUSED.`);
  });

  it.each([
    ['no JSON', '<html>hello</html>'],
    ['a JSON of another shape', '{"unexpected": true}'],
    ['nothing', ''],
  ])('says that an answer has an unexpected shape: %s', async (_, body) => {
    await api.open(SINK);
    peer.answer(200, body);
    await expect(api.list(undefined)).rejects.toThrow(/in a shape that this bench does not know/);
  });

  it('shows the start of an answer with an unexpected status, on one line', async () => {
    await api.open(SINK);
    peer.answer(500, `{"message":"out\n\u001b[31mof order"}${'x'.repeat(1_000)}`);
    const fault: Error = await api.list(undefined).catch((error) => error);
    expect(fault.message).toMatch(
      new RegExp(`^${product} answered GET /api/v1/\\S+ with 500: \\{"message":"out `),
    );
    expect(fault.message).not.toContain('\u001b');
    expect(fault.message.length).toBeLessThan(350);
  });
});

describe('the adapter for outpost', () => {
  it('names the topic that the settings give', async () => {
    const peer = await openStandIn('outpost');
    const http = createPeerHttp({ name: 'outpost', url: peer.url, key: KEY });
    const api = createOutpost(http, { tenant: 'run-1', topic: 'payments' });
    const [order] = createOrders(1);
    await api.open(SINK);
    if (order !== undefined) await api.send(order);
    expect(peer.bodies.at(-1)).toMatchObject({ topic: 'payments', tenant_id: 'run-1' });
    await http.close();
    await peer.close();
  });
});
