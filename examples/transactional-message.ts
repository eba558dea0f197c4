/**
 * Transactional message: say that it will be decided, decide, confirm; and who hears no confirmation asks back.
 *
 * Guarantees   Whatever the bank commits is announced, and whatever it does not is not, though the two stand in
 *              different systems and the bank keeps no list of what is to be told. Who dies in between is asked, and
 *              answers from its own database. A check that finds nothing rolls back for good before it says so.
 * Does not     Answer at once after a crash: the question comes when the time is up. The bank must be reachable for it.
 * Choose it    Where the database cannot hold an outbox, or is none of yours to poll, but can be asked "did pay_1
 *              happen?". With an outbox of your own you need no check-back; with this you need no poller.
 * Comes from   RocketMQ's transactional messages (half message, commit, check: 回查), Alibaba, since 2012.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createCheckBackHandler, publishedKeys, toNodeHandler } from '../lib/initiator/index.ts';
import { CREATE_MARKS_TABLE, committedMarkSql, endOrRollBackSql } from '../lib/initiator/sql.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** Seconds that a transaction is given before it is asked about; in earnest a minute. */
const AFTER_SECONDS = 2;
/** Between two looks of a customer who waits, and how many until it is too long. */
const LOOK_MS = 100;
const MAX_LOOKS = 300;

await play(['bank', 'Tidings'], async (stage) => {
  const accounts = stage.ledger('bank', { alice: 10_000, shop: 0 });
  accounts.store.exec(CREATE_MARKS_TABLE);
  const { api, merchant } = stage.service;

  // The local transaction writes "committed" as a part of itself; if a check has written "rolled back" there first,
  // all of it fails.
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

  // What answers checks knows nothing but the database.
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

  /** A customer repeats no order that Tidings knows of; a bank that died goes on with none: it waits to be asked. */
  async function isKnown(order: Order): Promise<boolean> {
    const isPending = async () => (await stage.statusOf(order)) === 'PENDING';
    if ((await stage.statusOf(order)) === undefined) return false;
    for (let looks = 0; await isPending(); looks += 1) {
      if (looks > MAX_LOOKS) throw new Error(`Nobody asks about ${order.id}.`);
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
