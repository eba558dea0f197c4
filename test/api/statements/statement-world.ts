import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { closePartitions } from '../../../lib/core/bookkeeping/close.ts';
import {
  isTerminal,
  merchantIdSchema,
  outcomeSchema,
  type TerminalOutcome,
} from '../../../lib/core/model.ts';
import { useDemoWorld } from '../../support/demo-world.ts';
import { audit } from '../../support/scheduled-runs.ts';
import { payment } from '../../support/world.ts';

export const DEMO = merchantIdSchema().parse('demo');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** Statements made, once the day after the first has begun, of UTC. */
export const NEXT_DAY = '2026-11-21T00:20:00Z';

export interface File {
  readonly text: string;
  readonly head: Readonly<Record<string, string>>;
  readonly totals: readonly (readonly string[])[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** A world with the merchant `demo`, new for each test, whose days are closed, stated, audited and read. */
export function useStatements() {
  const setup = useDemoWorld();

  const ask = (date: string, key = setup.demo.receiver) =>
    setup.world.call(key, `GET /v1/statements/${date}`);
  const put = async (transactionId: string, changes: object = {}) =>
    (
      await setup.world.call(
        setup.demo.initiator,
        `PUT /v1/merchants/demo/transactions/${transactionId}`,
        payment(changes),
      )
    ).json;
  const setZone = (timeZone: string) =>
    setup.world.call(setup.world.admin, 'PATCH /v1/merchants/demo', { timeZone });
  /** Rows straight into the table, listed at these times. */
  const list = async (times: readonly string[], feedShards = 1, changes: object = {}) => {
    const rows: TerminalOutcome[] = [];
    for (const [index, time] of times.entries()) {
      const at = new Date(time).toISOString();
      const outcome = outcomeSchema().parse({
        ...payment({ amount: index, ...changes }),
        merchantId: 'demo',
        transactionId: `pay_${index}_${Date.parse(time)}`,
        version: 1,
        recordedAt: at,
        listedAt: at,
      });
      await setup.world.ports.outcomes.putIfAbsent(outcome, index % feedShards);
      if (isTerminal(outcome)) rows.push(outcome);
    }
    return rows;
  };
  /** The clock stands at `time`, and everything that is ripe by then is closed. */
  const closeUntil = async (time: string, windowSeconds = 300) => {
    const runs = Math.ceil((Date.parse(time) - setup.world.time.nowMs) / (12 * windowSeconds * 1_000)) + 30;
    setup.world.time.nowMs = Date.parse(time);
    const ports = { ...setup.world.ports, windowSeconds };
    const deadlineMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run += 1) {
      await closePartitions(ports, { deadlineMs });
    }
  };
  const stateUntil = async (time: string, windowSeconds?: number) => {
    await closeUntil(time, windowSeconds);
    await setup.world.stateDays();
  };
  const auditAll = async () => {
    for (let run = 0; run < 60; run += 1) await audit(setup.world);
  };
  const told = (event: string) => setup.world.events.filter((one) => one.event === event);

  /** The file behind the link, parsed with a third-party reader. */
  const fileOf = (url: string): File => {
    const bytes = setup.world.files.get(new URL(url).pathname);
    if (bytes === undefined) throw new Error('The link leads nowhere.');
    const text = Buffer.from(bytes).toString('utf8');
    const records: string[][] = parse(text, { relax_column_count: true, record_delimiter: '\r\n' });
    const columnsAt = records.findIndex(([first]) => first === 'transactionId');
    const [columns = []] = records.slice(columnsAt);
    const head = records.slice(0, columnsAt);
    return {
      text,
      head: Object.fromEntries(
        head.filter(([name]) => name !== '#total').map(([name, value]) => [name, value]),
      ),
      totals: head.filter(([name]) => name === '#total').map(([, ...fields]) => fields),
      rows: records
        .slice(columnsAt + 1)
        .map((fields) => Object.fromEntries(fields.map((field, index) => [columns[index], field]))),
    };
  };
  const statementOf = async (date: string) => {
    const { json, status } = await ask(date);
    expect({ status, json }).toMatchObject({ status: 200, json: { date } });
    return { ...json, ...fileOf(json.url) };
  };
  const idsOf = (rows: readonly { readonly transactionId: string }[]) =>
    rows.map(({ transactionId }) => transactionId);

  /** Reading takes time: a page of the feed half a minute. */
  const readSlowly = () => {
    const { feed } = setup.world.ports;
    const { page } = feed;
    feed.page = (asked) => {
      setup.world.time.nowMs += 30_000;
      return page(asked);
    };
  };

  return Object.assign(setup, {
    ask,
    put,
    setZone,
    list,
    closeUntil,
    stateUntil,
    audit: auditAll,
    told,
    fileOf,
    statementOf,
    idsOf,
    readSlowly,
  });
}
