import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import {
  type AlertEvent,
  createReceiver,
  type ReceiverEvent,
  type ReceiverOptions,
  verify,
} from '../../lib/receiver/index.ts';
import { type MemoryTransaction, memoryStore } from '../../lib/receiver/stores/memory.ts';
import { newSecret, type SignedCallback, signedAlert } from '../../lib/receiver/testing/index.ts';

const secret = newSecret();
const timestamp = '2026-11-20T08:00:00.000Z';
const EXHAUSTED: AlertEvent = {
  type: 'tidings.notification.exhausted',
  timestamp,
  data: { merchantId: 'demo', endpointId: 'ep_1', notificationId: 'pay_1.1.ep_1' },
};
const ALERTS: readonly AlertEvent[] = [
  EXHAUSTED,
  {
    type: 'tidings.endpoint.disabled',
    timestamp,
    data: { merchantId: 'demo', endpointId: 'ep_1', reason: 'gone' },
  },
  {
    type: 'tidings.statement.ready',
    timestamp,
    data: { merchantId: 'demo', date: '2026-11-19', revision: 0, rows: 2 },
  },
];
const signed = (content: object) => signedAlert(content as AlertEvent, { secrets: secret });

function open(options: Partial<ReceiverOptions<MemoryTransaction>> = {}) {
  const events: ReceiverEvent[] = [];
  const onOutcome = vi.fn();
  const receiver = createReceiver<MemoryTransaction>({
    merchantId: 'demo',
    secrets: secret,
    store: memoryStore(),
    onOutcome,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const post = ({ method, headers, body }: SignedCallback) =>
    receiver.handle({ method, headers, body: Buffer.from(body) });
  return { events, onOutcome, post };
}

describe('a receiver that gets an alert', () => {
  it.each(ALERTS)('hands $type to onAlert, and applies no outcome', async (alert) => {
    const onAlert = vi.fn();
    const { post, onOutcome, events } = open({ onAlert });
    expect(await post(signed(alert))).toEqual({ status: 204 });
    expect(onAlert).toHaveBeenCalledWith(alert, 'msg_alert000');
    expect(onOutcome).not.toHaveBeenCalled();
    expect(events).toEqual([{ event: 'alert', alert }]);
  });

  it('answers 2xx without a handler, with the body that its endpoint demands', async () => {
    const { post, onOutcome } = open({ answerBody: 'success' });
    expect(await post(signed(EXHAUSTED))).toMatchObject({ status: 200, body: 'success' });
    expect(onOutcome).not.toHaveBeenCalled();
  });

  it('answers 500 if onAlert fails, so that it comes again', async () => {
    const { post, events } = open({ onAlert: () => Promise.reject(new Error('no pager')) });
    expect(await post(signed(EXHAUSTED))).toMatchObject({ status: 500, body: '{"code":"alert_not_taken"}' });
    expect(events).toMatchObject([{ event: 'failed', fault: { code: 'alert_not_taken' } }]);
  });

  it('refuses one for another merchant, a forged one, and one without its fields', async () => {
    const onAlert = vi.fn();
    const { post } = open({ onAlert });
    const other = { ...EXHAUSTED, data: { ...EXHAUSTED.data, merchantId: 'other' } };
    expect(await post(signed(other))).toMatchObject({ status: 403 });
    const forged = { ...signed(EXHAUSTED), body: JSON.stringify(other) };
    expect(await post(forged)).toMatchObject({ status: 401 });
    for (const data of [{}, { merchantId: 'demo' }, { ...EXHAUSTED.data, summary: 3 }]) {
      expect(await post(signed({ ...EXHAUSTED, data }))).toMatchObject({ status: 400 });
    }
    expect(onAlert).not.toHaveBeenCalled();
  });

  it.each(['tidings.of.tomorrow', 'tidings.test2', 'payment.reversed', 'something'])(
    'answers 2xx to %s, which it does not know, and does nothing',
    async (type) => {
      const onAlert = vi.fn();
      const { post, onOutcome, events } = open({ onAlert });
      expect(await post(signed({ type, timestamp, data: { merchantId: 'demo' } }))).toEqual({ status: 204 });
      expect(onAlert).not.toHaveBeenCalled();
      expect(onOutcome).not.toHaveBeenCalled();
      expect(events).toEqual([{ event: 'ignored', type }]);
    },
  );

  it('keeps fields that a later version may add', () => {
    const alert = { ...EXHAUSTED, data: { ...EXHAUSTED.data, later: 1 } };
    expect(verify(signed(alert), { secrets: secret })).toMatchObject({ kind: 'alert', alert });
  });

  it('gets the signature of any other callback', () => {
    const { headers, body } = signed(EXHAUSTED);
    expect(new Webhook(secret).verify(body, { ...headers })).toEqual(EXHAUSTED);
  });
});
