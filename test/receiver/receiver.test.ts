import { describe, expect, it, vi } from 'vitest';
import {
  type Conflict,
  createReceiver,
  type Outcome,
  type ReceiverEvent,
  type ReceiverStore,
} from '../../lib/receiver/index.ts';
import { type MemoryTransaction, memoryStore } from '../../lib/receiver/stores/memory.ts';
import {
  newSecret,
  type SignedCallback,
  sampleOutcome,
  signedCallback,
  signedTest,
} from '../../lib/receiver/testing/index.ts';
import { brokenLogs } from '../support/broken-logs.ts';

const secret = newSecret();

function openReceiver(
  options: {
    readonly onOutcome?: (outcome: Outcome, tx: MemoryTransaction) => void | Promise<void>;
    readonly onConflict?: (conflict: Conflict) => void;
    readonly answerBody?: string;
    readonly store?: Partial<ReceiverStore<MemoryTransaction>>;
    readonly onEvent?: () => void;
  } = {},
) {
  const store = memoryStore();
  const events: ReceiverEvent[] = [];
  const receiver = createReceiver({
    merchantId: 'demo',
    secrets: secret,
    onOutcome: (outcome, tx) => tx.set(outcome.transactionId, outcome.status),
    onEvent: (event) => void events.push(event),
    ...options,
    store: { ...store, ...options.store },
  });
  const post = async ({ method, headers, body }: SignedCallback) =>
    receiver.handle({ method, headers, body: Buffer.from(body) });
  return { store, events, post };
}

const signed = (changes: Partial<Outcome> = {}) =>
  signedCallback(sampleOutcome(changes), { secrets: secret });
const codeOf = ({ body = '{}' }: { readonly body?: string }) => JSON.parse(body).code;

describe('a receiver', () => {
  it('answers 204 once the outcome is committed, and to every duplicate', async () => {
    const { store, events, post } = openReceiver();
    expect(await post(signed())).toEqual({ status: 204 });
    expect(store.get('pay_1')).toBe('SUCCEEDED');
    expect(await post(signed())).toEqual({ status: 204 });
    expect(events).toMatchObject([
      { event: 'applied', channel: 'callback', outcome: { transactionId: 'pay_1' } },
      { event: 'duplicate', channel: 'callback' },
    ]);
  });

  it('does not answer before the commit', async () => {
    let commit = () => {};
    const committing = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const { post } = openReceiver({ onOutcome: () => committing });
    let answered = false;
    const answer = post(signed()).then((response) => {
      answered = true;
      return response;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    commit();
    expect(await answer).toEqual({ status: 204 });
  });

  it('answers with the body that the endpoint demands', async () => {
    const { post } = openReceiver({ answerBody: 'success' });
    expect(await post(signed())).toMatchObject({ status: 200, body: 'success' });
  });

  it('answers 4xx to what is forged, malformed, or of another merchant, and applies nothing', async () => {
    const { store, events, post } = openReceiver();
    const forged = await post({ ...signed(), body: signed({ status: 'FAILED' }).body });
    const other = await post(signed({ merchantId: 'other' }));
    const malformed = await post(signed({ amount: -1 }));
    expect([forged, other, malformed].map(({ status }) => status)).toEqual([401, 403, 400]);
    expect([forged, other, malformed].map(codeOf)).toEqual([
      'signature_mismatch',
      'other_merchant',
      'malformed_body',
    ]);
    expect(events.map(({ event }) => event)).toEqual(['refused', 'refused', 'refused']);
    expect(await store.find('demo', ['pay_1'])).toEqual(new Map());
  });

  it('answers a test request, and does nothing', async () => {
    const { events, post } = openReceiver();
    expect(await post(signedTest('demo', { secrets: secret }))).toEqual({ status: 204 });
    expect(events).toEqual([{ event: 'tested' }]);
  });

  it('answers 503 while the store is away, and applies when it is back', async () => {
    const memory = memoryStore();
    let isAway = true;
    const { events, post } = openReceiver({
      store: {
        ...memory,
        apply: async (...given) => {
          if (isAway) throw new Error('connect ECONNREFUSED 10.0.0.7');
          return memory.apply(...given);
        },
      },
    });
    const away = await post(signed());
    expect([away.status, away.body]).toEqual([503, '{"code":"store_unavailable"}']);
    expect(events).toMatchObject([
      {
        event: 'failed',
        fault: { code: 'store_unavailable', cause: { message: 'connect ECONNREFUSED 10.0.0.7' } },
      },
    ]);
    isAway = false;
    expect(await post(signed())).toEqual({ status: 204 });
    expect(memory.get('pay_1')).toBe('SUCCEEDED');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no such order');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no such order'))],
  ])('answers 500 where onOutcome %s, and applies nothing', async (_how, onOutcome) => {
    const { store, events, post } = openReceiver({ onOutcome });
    expect(await post(signed())).toMatchObject({ status: 500, body: '{"code":"outcome_not_applied"}' });
    expect(events).toMatchObject([{ event: 'failed', fault: { cause: { message: 'no such order' } } }]);
    expect(await store.find('demo', ['pay_1'])).toEqual(new Map());
  });

  it('reports a conflict to onConflict, and then answers 2xx', async () => {
    const conflicts: Conflict[] = [];
    const { store, post } = openReceiver({ onConflict: (conflict) => void conflicts.push(conflict) });
    await post(signed());
    expect(await post(signed({ status: 'FAILED' }))).toEqual({ status: 204 });
    expect(conflicts).toMatchObject([
      { kind: 'contents', applied: { status: 'SUCCEEDED' }, received: { status: 'FAILED' } },
    ]);
    expect(store.get('pay_1')).toBe('SUCCEEDED');
  });

  it('answers a conflict with 409 without onConflict, so that it is not lost', async () => {
    const { events, post } = openReceiver();
    await post(signed());
    expect(await post(signed({ status: 'FAILED' }))).toMatchObject({
      status: 409,
      body: '{"code":"outcome_conflict"}',
    });
    expect(events.map(({ event }) => event)).toEqual(['applied', 'conflict', 'refused']);
  });

  it('answers 5xx if onConflict throws, and reports the conflict again', async () => {
    const told: string[] = [];
    const { post } = openReceiver({
      onConflict: ({ kind }) => {
        told.push(kind);
        if (told.length === 1) throw new Error('pager is down');
      },
    });
    await post(signed());
    expect((await post(signed({ status: 'FAILED' }))).status).toBe(500);
    expect((await post(signed({ status: 'FAILED' }))).status).toBe(204);
    expect(told).toEqual(['contents', 'contents']);
  });

  it('lets an older version pass, and applies nothing of it', async () => {
    const { store, events, post } = openReceiver();
    await post(signed({ version: 2 }));
    expect(await post(signed({ version: 1, status: 'FAILED' }))).toEqual({ status: 204 });
    expect(events.map(({ event }) => event)).toEqual(['applied', 'stale']);
    expect(store.get('pay_1')).toBe('SUCCEEDED');
  });

  it('logs its own faults if there is no listener, and nothing that strangers caused', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const cause = new Error('no such order');
    const receiver = createReceiver({
      merchantId: 'demo',
      secrets: secret,
      store: memoryStore(),
      onOutcome: () => {
        throw cause;
      },
    });
    const { method, headers, body } = signed();
    await receiver.handle({ method, headers, body: Buffer.from(`${body} `) });
    expect(written).not.toHaveBeenCalled();
    await receiver.handle({ method, headers, body: Buffer.from(body) });
    expect(written).toHaveBeenCalledWith(expect.objectContaining({ code: 'outcome_not_applied', cause }));
    written.mockRestore();
  });

  it.each(brokenLogs)('does not mind a log that $name', async ({ log }) => {
    expect(await openReceiver({ onEvent: log }).post(signed())).toEqual({ status: 204 });
  });
});
