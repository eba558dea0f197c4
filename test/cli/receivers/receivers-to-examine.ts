import { createHmac } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { secretText } from '../../../lib/protocol/signing/webhook-keys.ts';
import { createReceiver, toNodeHandler } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';

/** Receivers that `trigger` and `doctor` examine: a right one, and others with one fault each. */

export const SECRET = secretText(Buffer.alloc(32, 7));

interface Order {
  readonly status: string;
  readonly version: number;
  readonly applied: number;
}

/** Built on the kit. `GET /orders/{transactionId}` shows what was applied. */
export function rightReceiver(): RequestListener {
  const store = memoryStore();
  const receiver = createReceiver({
    merchantId: 'demo',
    secrets: SECRET,
    store,
    onEvent: () => {},
    onOutcome({ transactionId, version, status }, tx) {
      const before = (tx.get(transactionId) as Order | undefined)?.applied ?? 0;
      tx.set(transactionId, { status, version, applied: before + 1 });
    },
  });
  const hook = toNodeHandler(receiver.handle);
  return (request, response) => {
    if (request.method === 'GET') show(response, store.get(idIn(request)) as Order | undefined);
    else void hook(request, response);
  };
}

export interface Faults {
  readonly acceptsForgeries?: boolean;
  /** Answers as if it refused, but applies. */
  readonly appliesForgeries?: boolean;
  readonly acceptsUnsigned?: boolean;
  readonly acceptsOld?: boolean;
  readonly refusesLate?: boolean;
  readonly refusesAll?: number;
  readonly refusesDuplicates?: boolean;
  readonly appliesTwice?: boolean;
  readonly olderWins?: boolean;
  /** Answers 409 to an older version: no fault. */
  readonly refusesOlder?: boolean;
  /** How it writes the body again before it verifies it. */
  readonly parsesFirst?: (value: unknown) => string;
  /** Answers before it applies. */
  readonly appliesLater?: boolean;
  readonly answer?: (response: ServerResponse) => void;
}

/** Written by hand, as people do. */
export function handmadeReceiver(faults: Faults = {}): RequestListener {
  const orders = new Map<string, Order>();
  const seen = new Set<string>();
  return (request, response) => {
    if (request.method === 'GET') return show(response, orders.get(idIn(request)));
    text(request).then((body) => {
      const status = statusFor(request, body, { faults, orders, seen });
      if (faults.answer !== undefined && status < 300) faults.answer(response);
      else response.writeHead(status).end();
    });
  };
}

interface Memory {
  readonly faults: Faults;
  readonly orders: Map<string, Order>;
  readonly seen: Set<string>;
}

function statusFor(request: IncomingMessage, body: string, { faults, orders, seen }: Memory): number {
  if (faults.refusesAll !== undefined) return faults.refusesAll;
  const verdict = verdictOn(request, body, faults);
  if (!verdict && !faults.appliesForgeries) return 401;
  const { type, data } = JSON.parse(body);
  if (type === 'tidings.test' && !faults.refusesDuplicates) return 204;
  const id = String(request.headers['webhook-id']);
  const isKnown = seen.has(id);
  seen.add(id);
  if (isKnown && faults.refusesDuplicates) return 409;
  const order = orders.get(data.transactionId);
  const isOlder = order !== undefined && order.version > data.version && !faults.olderWins;
  if (isOlder && faults.refusesOlder) return 409;
  if ((!isKnown || faults.appliesTwice) && !isOlder && type !== 'tidings.test') {
    const apply = () =>
      orders.set(data.transactionId, {
        status: data.status,
        version: data.version,
        applied: (order?.applied ?? 0) + 1,
      });
    if (faults.appliesLater) setImmediate(apply);
    else apply();
  }
  return verdict ? 204 : 401;
}

function verdictOn({ headers }: IncomingMessage, body: string, faults: Faults): boolean {
  if (faults.acceptsForgeries) return true;
  const signature = headers['webhook-signature'];
  if (signature === undefined) return faults.acceptsUnsigned === true;
  const signed = faults.parsesFirst === undefined ? body : faults.parsesFirst(JSON.parse(body));
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${signed}`;
  if (signature !== `v1,${createHmac('sha256', key).update(content).digest('base64')}`) return false;
  const age = Date.now() / 1_000 - Number(headers['webhook-timestamp']);
  if (faults.refusesLate && age > 60) return false;
  return faults.acceptsOld === true || Math.abs(age) <= 300;
}

function idIn({ url = '' }: IncomingMessage): string {
  return decodeURIComponent(url.split('/').at(-1) ?? '');
}

function show(response: ServerResponse, order: Order | undefined): void {
  if (order === undefined) response.writeHead(404).end();
  else response.end(JSON.stringify(order));
}

/** As `json.dumps` of Python writes it. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spacedJson(inner)}`);
  return `{${fields.join(', ')}}`;
}
