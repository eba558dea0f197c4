/**
 * Best-effort notification: one side decides alone; the other side gets callbacks, and queries if it hears nothing.
 *
 * Guarantees   The shop learns everything that the bank has committed: by one of many callbacks or by a query. This holds
 *              if either side is away, for any length of time. Both ways use the same code path, and duplicates are
 *              applied once.
 * Does not     Say when the shop learns it. The shop has no vote: nothing that happens there undoes the payment.
 *              If the shop cannot fulfil the order, that needs another transaction, a refund.
 * Choose it    Between companies, and wherever one side decides and the others need to know. Every payment
 *              platform does this for its merchants. It is also the last step of all other lessons here.
 * Comes from   Practice of payment platforms (notify_url and trade.query of Alipay and WeChat Pay), named 最大努力通知
 *              in Cheng Li's talks on Alipay's transactions, 2008.
 */
import { EventEmitter, once } from 'node:events';
import { type CallbackRequest, createReceiver, type Outcome, toNodeHandler } from '../lib/receiver/index.ts';
import { sqliteStore } from '../lib/receiver/stores/sqlite.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** Callbacks arrive within a second. After this time without one, the shop queries. */
const PATIENCE_MS = 10_000;

await play(['bank', 'Tidings', 'shop'], async (stage) => {
  // The bank commits the end of a payment and "not announced yet" together. A relay announces these rows.
  const accounts = stage.ledger('bank', { alice: 10_000, shop: 0 });
  accounts.store.exec(
    'CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, status TEXT, announced INTEGER)',
  );
  const paymentOf = ({ id }: Order) =>
    accounts.store.read<Payment>('SELECT status, announced FROM payments WHERE id = ?', id);
  const bank = stage.client('bank', 'bank', {
    pay: ({ id, amount }: Order) =>
      accounts.store.transaction(() => {
        const moved = accounts.post(id, 'pay', { alice: -amount, shop: +amount });
        const status = moved === 'refused' ? 'FAILED' : 'SUCCEEDED';
        accounts.store.write('INSERT INTO payments VALUES (?, ?, 0)', id, status);
        return status;
      }),
    announced: ({ id }: Order) =>
      void accounts.store.write('UPDATE payments SET announced = 1 WHERE id = ?', id),
  });
  const tidings = stage.tidings('bank');
  async function pay(order: Order, notifyUrl: string): Promise<void> {
    if (paymentOf(order) === undefined) bank.pay(order);
    const { status, announced } = paymentOf(order) as Payment;
    if (announced === 1) return;
    await tidings.record(order, status, { notifyUrl });
    bank.announced(order);
  }

  // The shop reserves goods when an order arrives. When it learns how the payment ended, it sells them or puts them back.
  const shelf = stage.ledger('receiver', { shelf: 5, reserved: 0, sold: 0 });
  const isReserved = ({ id }: Order) =>
    shelf.store.read('SELECT 1 FROM entries WHERE id = ?', id) !== undefined;
  const isSettled = ({ id }: Order) =>
    shelf.store.read("SELECT 1 FROM entries WHERE id = ? AND step = 'settle'", id) !== undefined;
  const { api, merchant, merchantSecret, receiverKey } = stage.service;
  const receiver = createReceiver({
    merchantId: merchant,
    secrets: merchantSecret,
    store: sqliteStore(shelf.store),
    onOutcome({ transactionId, status }: Outcome) {
      const goods = status === 'SUCCEEDED' ? { sold: +1 } : { shelf: +1 };
      shelf.post(transactionId, 'settle', { reserved: -1, ...goods });
    },
    service: { url: api, key: receiverKey, merchantSecrets: merchantSecret, fetch: stage.fetch },
  });
  const shop = stage.client('shop', 'shop', {
    reserve: ({ id }: Order) => shelf.move(id, 'reserve', { shelf: -1, reserved: +1 }),
  });
  const questions = stage.client('shop', 'Tidings', {
    async ask({ id }: Order): Promise<string> {
      const { transactions } = await receiver.due({ transactionId: id });
      return transactions[0]?.kind ?? 'nothing yet';
    },
  });
  const came = new EventEmitter();
  const callbacks = stage.client('Tidings', 'shop', {
    async callback(_id: string, request: CallbackRequest) {
      const answer = await receiver.handle(request);
      came.emit('callback');
      return answer;
    },
  });
  const handle = toNodeHandler((request) => callbacks.callback(idIn(request), request));

  const [called, queried] = [stage.order('pay_1', 3_000), stage.order('pay_2', 8_000)];
  // After an absence, the shop queries first.
  for (const order of [called, queried])
    if (isReserved(order) && !isSettled(order)) await questions.ask(order);

  const door = await stage.serve(handle);
  if (!isReserved(called)) shop.reserve(called);
  await pay(called, door.url);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!isSettled(called)) {
    await once(came, 'callback', { signal: patience }).catch(() => questions.ask(called));
  }

  if (!isReserved(queried)) shop.reserve(queried);
  await door.close();
  stage.note('shop', 'is away');
  await pay(queried, door.url);
  stage.note('shop', 'is back, and queries first');
  if (!isSettled(queried)) await questions.ask(queried);
});

interface Payment {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly announced: 0 | 1;
}

/** Only for the drawing: the request is not verified yet. */
function idIn({ body }: CallbackRequest): string {
  return /"transactionId":"([^"]+)"/.exec(Buffer.from(body).toString())?.[1] ?? '';
}
