import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

/**
 * Stands in for a peer on loopback: answers as the product's published OpenAPI document describes, refuses what it does
 * not describe, and sends each message to the webhook that was registered. Nothing of the products is in it.
 */
export interface StandIn {
  readonly url: string;
  /** `METHOD path?query` of each request, in order. */
  readonly requests: readonly string[];
  /** The bodies of these requests. */
  readonly bodies: readonly unknown[];
  /** The bodies that were sent to the webhook. */
  readonly sent: readonly unknown[];
  /** Answers every further request with this. */
  answer(status: number, body: string): void;
  /** Accepts every further message, and delivers none. */
  holdBack(): void;
  /** Cuts every connection, as a process that was killed. */
  close(): Promise<void>;
}

/** One documented operation. */
interface Operation {
  readonly request: RegExp;
  /** Of the body; strict, so that an unknown field is refused. */
  readonly body?: z.ZodType;
  readonly status: number;
  /** What is answered, and what it does. `place` holds the groups of `request`. */
  readonly does: (asked: Asked) => unknown;
}

interface Asked {
  readonly place: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: checked by the operation's schema.
  readonly body: any;
}

export const KEY = 'stand-in-key';
/** Small, so that a test with a few messages sees several pages. */
export const PAGE = 3;

const content = z.looseObject({ transactionId: z.string() });

interface Store {
  readonly ids: string[];
  hook: string;
  add(id: string, payload: unknown): void;
}

/** A page of the stored ids, from the place that the cursor gives. */
function pageOf({ ids }: Store, cursor: string | null) {
  const start = Number(cursor ?? 0);
  const end = start + PAGE;
  return { page: ids.slice(start, end), next: end < ids.length ? String(end) : null };
}

const outpost = (store: Store): readonly Operation[] => [
  {
    request: /^PUT \/api\/v1\/tenants\/(?<tenant>[^/]+)$/,
    body: z.strictObject({ metadata: z.record(z.string(), z.string()).optional() }),
    status: 201,
    does: ({ place }) => ({ id: place.tenant, destinations_count: 0, topics: [] }),
  },
  {
    request: /^POST \/api\/v1\/tenants\/[^/]+\/destinations$/,
    body: z.strictObject({
      type: z.literal('webhook'),
      topics: z.literal('*'),
      config: z.strictObject({ url: z.url() }),
    }),
    status: 201,
    does: ({ body }) => {
      store.hook = body.config.url;
      return { id: 'des_1', type: 'webhook', topics: ['*'], config: body.config };
    },
  },
  {
    request: /^POST \/api\/v1\/publish$/,
    body: z.strictObject({
      id: z.string(),
      tenant_id: z.string(),
      topic: z.string().optional(),
      data: content,
    }),
    status: 202,
    does: ({ body }) => {
      store.add(body.id, body.data);
      return { id: body.id, duplicate: false, destination_ids: ['des_1'] };
    },
  },
  {
    request: /^GET \/api\/v1\/events$/,
    status: 200,
    does: ({ query }) => {
      const { page, next } = pageOf(store, query.get('next'));
      return { models: page.map((id) => ({ id })), pagination: { next, prev: null } };
    },
  },
  { request: /^DELETE \/api\/v1\/tenants\/[^/]+$/, status: 200, does: () => ({ success: true }) },
];

const svix = (store: Store): readonly Operation[] => [
  {
    request: /^POST \/api\/v1\/app$/,
    body: z.strictObject({ name: z.string(), uid: z.string().regex(/^[a-zA-Z0-9\-_.]+$/) }),
    status: 201,
    does: ({ body }) => ({ ...body, id: 'app_1', metadata: {} }),
  },
  {
    request: /^POST \/api\/v1\/app\/[^/]+\/endpoint$/,
    body: z.strictObject({ url: z.url() }),
    status: 201,
    does: ({ body }) => {
      store.hook = body.url;
      return { id: 'ep_1', url: body.url, metadata: {} };
    },
  },
  {
    request: /^POST \/api\/v1\/app\/[^/]+\/msg$/,
    body: z.strictObject({
      eventType: z.string().regex(/^[a-zA-Z0-9\-_.]+$/),
      eventId: z.string().regex(/^[a-zA-Z0-9\-_.]+$/),
      payload: content,
    }),
    status: 202,
    does: ({ body }) => {
      store.add(body.eventId, body.payload);
      return { id: `msg_${store.ids.length}`, timestamp: '2026-11-20T08:00:00Z', ...body };
    },
  },
  {
    request: /^GET \/api\/v1\/app\/[^/]+\/msg$/,
    status: 200,
    does: ({ query }) => {
      const { page, next } = pageOf(store, query.get('iterator'));
      // Svix gives an iterator on the last page, too.
      return {
        data: page.map((eventId) => ({ id: 'msg', eventId })),
        iterator: next ?? '999',
        done: next === null,
      };
    },
  },
  { request: /^DELETE \/api\/v1\/app\/[^/]+$/, status: 204, does: () => undefined },
];

const convoy = (store: Store): readonly Operation[] => [
  {
    request: /^POST \/api\/v1\/projects\/p1\/endpoints$/,
    body: z.strictObject({ name: z.string(), url: z.url() }),
    status: 201,
    does: ({ body }) => {
      store.hook = body.url;
      return { status: true, message: 'created', data: { uid: 'endpoint_1', ...body } };
    },
  },
  {
    request: /^POST \/api\/v1\/projects\/p1\/subscriptions$/,
    body: z.strictObject({ name: z.string(), endpoint_id: z.literal('endpoint_1') }),
    status: 201,
    does: () => ({ status: true, message: 'created', data: { uid: 'subscription_1' } }),
  },
  {
    request: /^POST \/api\/v1\/projects\/p1\/events$/,
    body: z.strictObject({
      endpoint_id: z.literal('endpoint_1'),
      event_type: z.string(),
      idempotency_key: z.string(),
      data: content,
    }),
    status: 201,
    does: ({ body }) => {
      store.add(body.idempotency_key, body.data);
      return { status: true, message: 'Event queued successfully', data: null };
    },
  },
  {
    request: /^GET \/api\/v1\/projects\/p1\/events$/,
    status: 200,
    does: ({ query }) => {
      const { page, next } = pageOf(store, query.get('next_page_cursor'));
      const pagination = { has_next_page: next !== null, next_page_cursor: next ?? '', per_page: PAGE };
      const found = page.map((id) => ({ uid: `u_${id}`, idempotency_key: id }));
      return { status: true, message: 'fetched', data: { content: found, pagination } };
    },
  },
  {
    request: /^DELETE \/api\/v1\/projects\/p1\/endpoints\/endpoint_1$/,
    status: 200,
    does: () => ({ status: true }),
  },
];

const PRODUCT_OPERATIONS = { outpost, svix, convoy };

export async function openStandIn(product: keyof typeof PRODUCT_OPERATIONS): Promise<StandIn> {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const sent: unknown[] = [];
  let always: { readonly status: number; readonly body: string } | undefined;
  let isHoldingBack = false;
  const store: Store = {
    ids: [],
    hook: '',
    add(id, payload) {
      store.ids.push(id);
      sent.push(payload);
      if (isHoldingBack) return;
      // Deliveries come after the answer, and nobody waits for them here.
      void fetch(store.hook, { method: 'POST', body: JSON.stringify(payload) }).catch(() => {});
    },
  };
  const operations = PRODUCT_OPERATIONS[product](store);
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    requests.push(`${request.method} ${request.url}`);
    bodies.push(body === '' ? undefined : JSON.parse(body));
    const { status, text } = always
      ? { status: always.status, text: always.body }
      : answerTo(operations, request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bodies,
    sent,
    answer: (status, body) => {
      always = { status, body };
    },
    holdBack: () => {
      isHoldingBack = true;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerTo(operations: readonly Operation[], { method, url, headers }: IncomingMessage, text: string) {
  const refuse = (status: number, message: string) => ({ status, text: JSON.stringify({ status, message }) });
  if (headers.authorization !== `Bearer ${KEY}`) return refuse(401, 'unauthorized');
  const { pathname, searchParams } = new URL(url ?? '/', 'http://127.0.0.1');
  for (const { request, body: schema, status, does } of operations) {
    const match = request.exec(`${method} ${pathname}`);
    if (match === null) continue;
    const body = schema?.safeParse(JSON.parse(text));
    if (body?.success === false) return refuse(422, body.error.message);
    const value = does({ place: match.groups ?? {}, query: searchParams, body: body?.data });
    return { status, text: value === undefined ? '' : JSON.stringify(value) };
  }
  return refuse(404, `no operation ${method} ${pathname}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
