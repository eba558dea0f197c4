import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { expectStatus } from '../../../lib/local/api-client.ts';
import type { Merchant } from './merchant.ts';
import type { DoorAnswer, Received } from './receivers.ts';
import { patiently, type Scene } from './scene.ts';

/** A callback that its receiver verified with the `standardwebhooks` package. */
interface Callback {
  readonly transactionId: string;
  readonly webhookId: string;
  readonly attempt: number;
  readonly body: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A receiver on this machine, with its endpoint at the target. */
export interface Receiver {
  readonly url: string;
  readonly endpointId: string;
  readonly endpointSecret: string;
  /** All callbacks that arrived with a valid signature, answered with 204 or not. */
  readonly callbacks: readonly Callback[];
  /** What was wrong with the others. */
  readonly refused: readonly string[];
  /** From now on: answers 204, answers this status, or closes the connection without an answer. */
  is(mood: 'well' | 'away' | number): void;
  /** Waits until a callback of the transaction has arrived. */
  heard(transactionId: string): Promise<readonly Callback[]>;
  /** Waits until callbacks of this many transactions have arrived. */
  heardOf(count: number): Promise<void>;
}

/** Opens a receiver and creates its endpoint. */
export async function openReceiver(scene: Scene, merchant: Merchant): Promise<Receiver> {
  const { url, secrets, ...door } = openDoor(scene, merchant.merchantId);
  const path = `POST /v1/merchants/${merchant.merchantId}/endpoints`;
  const made = expectStatus(await scene.api(scene.target.rootKey, path, { url }), 201).json;
  secrets.push(made.secret);
  return { ...door, url, endpointId: made.endpointId, endpointSecret: made.secret };
}

/** Opens a receiver without an endpoint, for the `notifyUrl` of an outcome. It verifies with the merchant's secret. */
export function openNotifyUrl(scene: Scene, merchant: Merchant) {
  const { secrets, ...door } = openDoor(scene, `${merchant.merchantId}-notify-url`);
  secrets.push(merchant.secret);
  return door;
}

function openDoor(scene: Scene, path: string) {
  const callbacks: Callback[] = [];
  const refused: string[] = [];
  const secrets: string[] = [];
  let mood: 'well' | 'away' | number = 'well';

  const take = ({ headers, body }: Received): DoorAnswer | undefined => {
    if (mood === 'away') return undefined;
    try {
      callbacks.push(verifiedCallback({ headers, body }, secrets));
    } catch (error) {
      refused.push(String(error));
      return { status: 400 };
    }
    return { status: mood === 'well' ? 204 : mood };
  };
  const heardOf = async (count: number) => {
    await patiently(
      () => ({ told: new Set(callbacks.map((one) => one.transactionId)).size, calls: callbacks.length }),
      ({ told }) => assert.ok(told >= count, `${path} was told of ${told} transactions instead of ${count}.`),
    );
  };
  return {
    url: scene.receivers.open(path, take),
    secrets,
    callbacks,
    refused,
    heardOf,
    is: (next: typeof mood) => {
      mood = next;
    },
    heard: (transactionId: string) =>
      patiently(
        () => callbacks.filter((one) => one.transactionId === transactionId),
        (seen) => assert.ok(seen.length > 0, `${path} was never told of ${transactionId}.`),
      ),
  };
}

function verifiedCallback({ headers, body }: Received, secrets: readonly string[]): Callback {
  const [secret] = secrets;
  if (secret === undefined) throw new Error('A callback arrived before its endpoint was created.');
  const text = body.toString('utf8');
  const sent = headers as Record<string, string>;
  const { type, data } = new Webhook(secret).verify(text, sent) as Pick<Callback, 'type' | 'data'>;
  return {
    transactionId: String(data.transactionId),
    webhookId: sent['webhook-id'] ?? '',
    attempt: Number(sent['tidings-attempt']),
    body: text,
    type,
    data,
  };
}
