/**
 * Transactional message: announce a decision, decide, confirm. Without a confirmation, Tidings checks back.
 *
 * Guarantees   Everything that the bank commits is announced, and nothing else is. The two are in different systems, and
 *              the bank keeps no outbox. If the bank dies in between, it is asked, and answers from its own database. A
 *              check that finds nothing rolls back for good before it answers.
 * Does not     Answer at once after a crash: the check comes when the time is up. The bank must be reachable for it.
 * Choose it    Where the database cannot hold an outbox, or you may not poll it, but it can answer "did pay_1 happen?".
 *              With your own outbox you need no check-back; with this you need no poller.
 * Comes from   RocketMQ's transactional messages (half message, commit, check: 回查), Alibaba, since 2012.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createCheckBackHandler, publishedKeys, toNodeHandler } from '../lib/initiator/index.ts';
import { CREATE_MARKS_TABLE, committedMarkSql, endOrRollBackSql } from '../lib/initiator/sql.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** Seconds until a transaction is checked. In production, use a minute. */
const AFTER_SECONDS = 2;
/** Milliseconds between two looks of a waiting customer, and the maximum number of looks. */
const LOOK_MS = 100;
const MAX_LOOKS = 300;

await play(['bank', 'Tidings'], async (stage) => {
  const accounts = stage.ledger('bank', { alice: 10_000, shop: 0 });
  accounts.store.exec(CREATE_MARKS_TABLE);
  const { api, merchant } = stage.service;

  // The local transaction also writes the mark "committed". If a check has already written "rolled back" there, the whole
  // transaction fails.
  const bank = stage.client('bank', 'bank', {
    transfer: ({ id, amount, currency, occurredAt }: Order) =>
      accounts.store.transaction(() => {
        const moved = accounts.post(id, 'pay', { alice: -amount, shop: +amount });
        if (moved === 'refused') return moved;
        const key = { merchantId: merchant, transactionId: id };
        const mark = committedMarkSql(key, { status: 'SUCCEEDED', amount, currency, occurredAt });
        accounts.store.write(mark.sql, ...mark.values);
        return moved;
      }),
  });

  // The check handler uses only the database.
  const marks = {
    run: ({ sql, values }: Statement) => accounts.store.write(sql, ...values),
    first: ({ sql, values }: Statement) => accounts.store.read<Record<string, unknown>>(sql, ...values),
  };
  const checks = stage.client('Tidings', 'bank', {
    async check(id: Order['id']) {
      const mark = await endOrRollBackSql(marks, { merchantId: merchant, transactionId: id });
      return mark.kind === 'committed' ? mark.end : ('unknown' as const);
    },
  });
  const answerChecks = createCheckBackHandler({
    publicKeys: publishedKeys({ baseUrl: api }),
    merchantIds: [merchant],
    lookUp: ({ transactionId }) => checks.check(transactionId),
  });
  const door = await stage.serve(toNodeHandler(answerChecks));

  const tidings = stage.tidings('bank');
  const prepare = (order: Order) =>
    tidings.prepare(order, {
      checkBack: { url: door.url, afterSeconds: AFTER_SECONDS, onUnknown: 'FAILED' },
    });

  /** A customer does not repeat an order that Tidings knows. A restarted bank waits for the check of it. */
  async function isKnown(order: Order): Promise<boolean> {
    const isPending = async () => (await stage.statusOf(order)) === 'PENDING';
    if ((await stage.statusOf(order)) === undefined) return false;
    for (let looks = 0; await isPending(); looks += 1) {
      if (looks > MAX_LOOKS) throw new Error(`No check for ${order.id} arrived.`);
      await pause(LOOK_MS);
    }
    return true;
  }

  const confirmed = stage.order('pay_1', 3_000);
  if (!(await isKnown(confirmed))) {
    await prepare(confirmed);
    bank.transfer(confirmed);
    await tidings.record(confirmed, 'SUCCEEDED');
  }

  const refused = stage.order('pay_2', 8_000);
  if (!(await isKnown(refused))) {
    await prepare(refused);
    if (bank.transfer(refused) === 'refused') await tidings.record(refused, 'FAILED');
  }

  const forgotten = stage.order('pay_3', 1_000);
  if (!(await isKnown(forgotten))) {
    await prepare(forgotten);
    bank.transfer(forgotten);
    stage.note('bank', 'the confirmation is lost');
    await isKnown(forgotten);
  }
  await door.close();
});

interface Statement {
  readonly sql: string;
  readonly values: readonly string[];
}
