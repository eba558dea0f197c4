import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { createInitiator } from 'tidings/initiator';
import { createReceiver, toNodeHandler } from 'tidings/receiver';
import { sqliteStore } from 'tidings/receiver/sqlite';

const {
  api,
  initiatorKey,
  merchants: [{ receiverKey, merchantSecret }],
} = JSON.parse(readFileSync('.tidings/credentials.json', 'utf8'));
const thisHour = `${new Date().toISOString().slice(0, 13)}:00:00Z`;
const db = new DatabaseSync('shop.db');
db.exec('CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, status TEXT)');

// RECEIVE: each outcome is applied once, in one transaction with its mark, however often and in any order callbacks come.
const receiver = createReceiver({
  merchantId: 'demo',
  secrets: merchantSecret,
  store: sqliteStore(db),
  onOutcome({ transactionId, status }, db) {
    db.prepare('INSERT INTO orders VALUES (?, ?)').run(transactionId, status);
    console.log('applied', transactionId, status);
  },
  service: { url: api, key: receiverKey, merchantSecrets: merchantSecret, since: thisHour },
});
createServer(toNodeHandler(receiver.handle)).listen(4610);

// RECORD: how a payment ended. Safe to repeat; nobody can change it afterwards.
const initiator = createInitiator({ baseUrl: api, key: initiatorKey });
const { kind } = await initiator.record({
  merchantId: 'demo',
  transactionId: 'order_1001',
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T08:00:00Z',
  reference: 'SHOP-1001',
  notifyUrl: 'http://127.0.0.1:4610/',
});
console.log('recorded', kind);

// RECONCILE: finds and applies what no callback brought.
const { through, applied } = await receiver.reconcile();
console.log(`everything through ${through} is here; ${applied} came by no callback`);
