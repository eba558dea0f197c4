import assert from 'node:assert/strict';
import { type ApiAnswer, expectStatus } from '../../../lib/local/api-client.ts';
import { answerWebhook } from '../../support/answer-webhook.ts';
import { patiently, type Scene } from './scene.ts';

/** A merchant of the run, with the key and secret of its receiver. */
export interface Merchant {
  readonly merchantId: string;
  readonly secret: string;
  readonly receiverKey: string;
  /** Records an outcome as the initiator. Returns it as it was answered. */
  record(transactionId: string, changes?: object): Promise<RecordedOutcome>;
  /** Asks with the receiver's key, and verifies that the answer is signed and answers this request. */
  ask(path: string, status?: number): Promise<ApiAnswer['json']>;
  /** Asks with the receiver's key, and takes any answer. */
  tryToAsk(path: string): Promise<ApiAnswer>;
  /** Asks until the transaction's only notification is in this state. Returns the notification. */
  settled(transactionId: string, state: string): Promise<NotificationSeen>;
}

export interface RecordedOutcome {
  readonly transactionId: string;
  readonly version: number;
  readonly listedAt: string;
}

interface NotificationSeen {
  readonly notificationId: string;
  readonly state: string;
  readonly attempts: readonly {
    readonly number: number;
    readonly statusCode?: number;
    readonly error?: string;
  }[];
}

export interface MerchantSettings {
  readonly schedule?: readonly number[];
  readonly timeZone?: string;
  readonly feedShards?: number;
}

/** Creates a merchant without an endpoint. */
export async function openMerchant(
  scene: Scene,
  what: string,
  settings: MerchantSettings = {},
): Promise<Merchant> {
  const { api, target, initiatorKey } = scene;
  const merchantId = scene.name(what);
  const create = (path: string, body: object) => api(target.rootKey, `POST ${path}`, body);
  const made = await create('/v1/merchants', { merchantId, name: merchantId, ...settings });
  // A repeated request is answered with 200 and without the secret, if the lost answer was the one that created it.
  const secret: string =
    expectStatus(made, 200, 201).json.secret ??
    expectStatus(await create(`/v1/merchants/${merchantId}/secrets`, { overlapSeconds: 0 }), 201).json.secret;
  const key = expectStatus(await create(`/v1/merchants/${merchantId}/keys`, { scope: 'receiver' }), 201);
  const receiverKey: string = key.json.key;

  const ask = async (path: string, status = 200) => {
    const answer = expectStatus(await api(receiverKey, `GET ${path}`), status);
    assertAnswers(answer, { merchantId, secret, request: `GET ${path}` });
    return answer.json;
  };
  return {
    merchantId,
    secret,
    receiverKey,
    ask,
    tryToAsk: (path) => api(receiverKey, `GET ${path}`),
    record: async (transactionId, changes) => {
      const path = `/v1/merchants/${merchantId}/transactions/${transactionId}`;
      return expectStatus(await api(initiatorKey, `PUT ${path}`, payment(changes)), 200, 201).json;
    },
    settled: async (transactionId, state) => {
      const look = async () => (await ask(`/v1/transactions/${transactionId}`)).notifications;
      const [notification] = await patiently<readonly NotificationSeen[]>(look, (seen) =>
        assert.deepEqual(
          seen.map((one) => one.state),
          [state],
        ),
      );
      if (notification === undefined) throw new Error(`${transactionId} has no notification.`);
      return notification;
    },
  };
}

/** A payment that succeeded a moment ago. */
export const payment = (changes: object = {}) => ({
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:59:58Z',
  ...changes,
});

/** Requires that an answer is signed with the merchant's derived key, and that it answers this request. */
export function assertAnswers(
  answer: ApiAnswer,
  expected: { readonly merchantId: string; readonly secret: string; readonly request: string },
): void {
  assert.deepEqual(answerWebhook(expected.secret).verify(answer.text, { ...answer.headers }), answer.json);
  assert.equal(answer.json.merchantId, expected.merchantId);
  const url = new URL(expected.request.replace(/^\w+ /, ''), 'http://service');
  url.searchParams.sort();
  const query = url.searchParams.size === 0 ? '' : `?${url.searchParams}`;
  const [method] = expected.request.split(' ');
  assert.equal(answer.json.request, `${method} ${decodeURIComponent(url.pathname)}${query}`);
}
