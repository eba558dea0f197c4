import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import type { LocalService } from '../../support/local-service.ts';

/** A merchant with orders of which most were delivered and one is being retried: what the console has to show. */
export interface MadeUpShop {
  readonly merchantId: string;
  /** The order whose receiver fails. */
  readonly failing: string;
  readonly merchantKey: string;
  close(): void;
}

const MERCHANT = 'acme-pay';
const FAILING = 'ORDER-2026-118204';
/** Three attempts in the first seconds; the rest of the schedule is ahead. */
const SCHEDULE = [1, 2, 300, 1_800, 7_200, 36_000, 86_400];
const ORDERS = [12_990, 4_500, 1_250_000, 799, 20_000, 64_900, 3_150, 999, 5_400, 88_000, 14_250, 3_990];
const CURRENCIES = ['EUR', 'USD', 'JPY', 'EUR', 'CNY', 'GBP'];

/** Makes the shop and waits until every notification is where it should be. */
export async function openMadeUpShop({ api, adminKey, credentials }: LocalService): Promise<MadeUpShop> {
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isFailing = Buffer.concat(chunks).includes(FAILING);
    response
      .writeHead(isFailing ? 503 : 204)
      .end(isFailing ? '{"error":"order service is down"}' : undefined);
  });
  const url = await listen(receiver);
  const asAdmin = async (request: string, body: object, status = 201) =>
    expectStatus(await api(adminKey, request, body), status).json;
  const path = `/v1/merchants/${MERCHANT}`;
  await asAdmin('POST /v1/merchants', { merchantId: MERCHANT, name: 'Acme Payments', schedule: SCHEDULE });
  await asAdmin(`POST ${path}/endpoints`, { url: `${url}/orders`, description: 'Order service' });
  await asAdmin(`POST ${path}/endpoints`, {
    url: `${url}/refunds`,
    description: 'Refunds',
    types: ['refund.*'],
    enabled: false,
  });
  const { key: merchantKey } = await asAdmin(`POST ${path}/keys`, { scope: 'merchant' });
  for (const [index, amount] of ORDERS.entries()) {
    const outcome = {
      reference: index === ORDERS.length - 1 ? FAILING : `ORDER-2026-${118_192 + index}`,
      transactionType: 'payment',
      status: 'SUCCEEDED',
      amount,
      currency: CURRENCIES[index % CURRENCIES.length],
      occurredAt: new Date().toISOString(),
    };
    const recorded = await api(
      credentials.initiatorKey,
      `PUT ${path}/transactions/pay_${1_000 + index}`,
      outcome,
    );
    expectStatus(recorded, 201);
  }
  const settled = async () => {
    const answer = await api(adminKey, `GET ${path}/deliveries?limit=100`);
    const items: readonly Delivery[] = expectStatus(answer, 200).json.items;
    return items
      .flatMap(({ notifications }) => notifications)
      .map(({ state, attempts }) => `${state} ${attempts.length}`);
  };
  await eventually(settled, (seen) => {
    const counts = Object.groupBy(seen, (one) => one);
    if (counts['delivered 1']?.length !== ORDERS.length - 1 || counts['retrying 3']?.length !== 1) {
      throw new Error(`The shop is not settled: ${seen.join(', ')}`);
    }
  });
  return { merchantId: MERCHANT, failing: FAILING, merchantKey, close: () => receiver.close() };
}

interface Delivery {
  readonly notifications: readonly { readonly state: string; readonly attempts: readonly unknown[] }[];
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
