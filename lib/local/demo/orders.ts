import { join } from 'node:path';
import { type Api, expectStatus } from '../api-client.ts';
import type { Credentials, MerchantCredentials } from '../credentials.ts';
import { readJsonFile, writeWholeFile } from '../storage/whole-file.ts';

/** One order of the demo's shop and its payment. */
export interface Order {
  readonly name: string;
  readonly transactionId: string;
  readonly status: string;
  readonly amount: number;
  /** The exact content that was recorded. */
  readonly content: object;
}

export interface Notification {
  readonly endpointId: string;
  readonly state: string;
  readonly attempts: readonly { readonly error?: string }[];
  readonly nextAttemptAt?: string;
}

/** Every ninth payment fails, so that both outcomes appear. */
const FAILING = 9;

/** The initiator's side: records payments and reads the state of their notifications. */
export interface Orders {
  recordNext(): Promise<Order>;
  notificationOf(order: Order): Promise<Notification>;
}

export interface OrderOptions {
  readonly api: Api;
  readonly credentials: Credentials;
  readonly merchant: MerchantCredentials;
  readonly dataDir: string;
}

/** Numbers orders across all runs of a data directory, so that a number always means the same payment. */
export function createOrders(options: OrderOptions): Orders {
  const { api, credentials } = options;
  const { merchantId, endpointId } = options.merchant;
  const file = join(options.dataDir, 'demo.json');
  const path = (transactionId: string) => `/v1/merchants/${merchantId}/transactions/${transactionId}`;
  return {
    async recordNext() {
      const number = takeNumber(file);
      const name = `ORDER-${number}`;
      const transactionId = `pay_${number}`;
      const status = number % FAILING === 0 ? 'FAILED' : 'SUCCEEDED';
      const amount = 500 + ((number * 737) % 9_000);
      const content = {
        transactionType: 'payment',
        status,
        amount,
        currency: 'CNY',
        occurredAt: new Date().toISOString(),
        reference: name,
      };
      // A busy service may repeat its own write, and then finds the outcome recorded already.
      expectStatus(await api(credentials.initiatorKey, `PUT ${path(transactionId)}`, content), 200, 201);
      return { name, transactionId, status, amount, content };
    },
    async notificationOf({ transactionId }) {
      const answer = await api(credentials.initiatorKey, `GET ${path(transactionId)}`);
      const notifications: readonly Notification[] = expectStatus(answer, 200).json.notifications;
      // Users may have added endpoints to the merchant; the demo watches only its own receiver's.
      const own = notifications.find((one) => one.endpointId === endpointId);
      return own ?? { endpointId, state: 'pending', attempts: [] };
    },
  };
}

/** Without it, numbers would begin again, and their payments contradict those that are recorded. */
const START_AFRESH = 'Empty the data directory: npm start -- --fresh';

/** Stores the next number before it is used, so that no number is used twice after a crash. */
function takeNumber(file: string): number {
  const { last } = readJsonFile<{ readonly last: number }>(file, START_AFRESH) ?? { last: 0 };
  writeWholeFile(file, JSON.stringify({ last: last + 1 }));
  return last + 1;
}
