import { COLUMN_NAMES } from '../../ledger/columns.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import { BILL_FORMATS, formatOf } from './bills/bill-formats.ts';
import { reconcileBill } from './bills/reconcile-bill.ts';
import { type LedgerConnection, runReconcile } from './command.ts';
import type { ColumnNames } from './ledger/ledger-rows.ts';

export const reconcile: Command = {
  words: ['reconcile'],
  summary: 'Compare a ledger with Tidings, and show every difference',
  details: `The ledger is CSV (UTF-8) of any size, with the columns transactionId, version, status, amount, currency and listedAt, in any order; --map names others. Amounts are whole numbers in the minor unit: 19.99 is 1999. A daily statement is such a ledger. Nothing is changed on either side.

The command sums the rows by window and compares the sums with GET /v1/windows: by day, by hour, by window. Only rows of windows that differ are sent to POST /v1/reconciliations, which stores nothing. Windows that are not closed yet are not compared; the output shows the compared range. With TIDINGS_SECRET, or the secret of a profile, each answer is verified; answers to an admin key (--merchant) are not signed.

Differences: only_here is in Tidings, and not in the ledger. only_there is in the ledger, and not in this window of Tidings: is listedAt stored as it was received? status, amount, currency, type and listedAt are in both, with different values. transactionType is compared if every row has one.

--format takes a bill as WeChat Pay or Alipay gives it for download, in UTF-8 or GBK. It has no listedAt, so payments and refunds are compared one by one with the feed of its days: by their number there, or by the merchant's order number as transactionId or reference.

Status 0: equal. 1: differs. 2: the ledger, an option or a file is wrong. 3: the service does not answer, or has not closed the range yet. 4: it refused.`,
  options: [
    MERCHANT,
    { name: 'ledger', value: 'FILE', summary: 'the ledger, or the bill' },
    {
      name: 'from',
      value: 'TIME',
      summary: "inclusive, by listedAt; default: the statement's start, or the first row",
    },
    {
      name: 'to',
      value: 'TIME',
      summary: "exclusive; default: the statement's end, or of the last closed window",
    },
    { name: 'types', value: 'LIST', summary: 'event types in the ledger: payment.*,refund.succeeded' },
    {
      name: 'map',
      value: 'OURS=THEIRS',
      summary: "a column by the ledger's own name; repeatable",
      isList: true,
    },
    { name: 'format', value: 'NAME', summary: 'a bill of this provider', choices: BILL_FORMATS },
    { name: 'csv', value: 'FILE', summary: 'also write the differences to this file' },
  ],
  conflicts: [
    {
      ignored: ['--map', '--types', '--from', '--to'],
      with: '--format',
      hint: 'The bill says which columns and days it has.',
    },
  ],
  examples: [
    {
      line: 'tidings reconcile --ledger ledger.csv --from 2026-11-20',
      what: 'From that day to the last closed window.',
    },
    {
      line: 'tidings reconcile --ledger export.csv --map transactionId=order_no --map listedAt=notified_at --csv differences.csv',
      what: 'A ledger with columns of its own.',
    },
    { line: 'tidings reconcile --ledger bill.csv --format wechat --json', what: 'A bill, for a script.' },
  ],
  async run(given, tools) {
    const [ledger, from, to] = [given.required('ledger'), given.text('from'), given.text('to')];
    const [types, csv, format] = [given.text('types'), given.text('csv'), given.text('format')];
    const names = namesOf(given.list('map'));
    const { terminal, output } = tools;
    const connection = await ledgerConnection(given, tools);
    const isSilent = given.has('quiet') || (output.isJson && terminal.stderr.isTTY !== true);
    const world = {
      connection,
      write: (line: string) => void terminal.stdout.write(`${line}\n`),
      screen: isSilent ? { write: () => undefined } : terminal.stderr,
    };
    const json = output.isJson;
    return format === undefined
      ? runReconcile({ ledger, from, to, types, names, csv, json }, world)
      : reconcileBill({ ledger, format: formatOf(format), csv, json }, world);
  },
};

/** The key of the merchant, whose answers can be verified, or an admin's, whose answers are not signed. */
async function ledgerConnection(given: Given, { service }: Tools): Promise<LedgerConnection> {
  const all = await service();
  const { scope } = await all.whoAmI();
  if (scope === 'admin' && given.text('merchant') !== undefined) {
    const { api, key } = all.connection;
    return { api, key, asAdminOf: await all.merchantId() };
  }
  const own = all.as('receiver');
  const { scope: ownScope, merchantId } = await own.whoAmI();
  if (merchantId === undefined) {
    throw usageFailure(
      `A key of scope ${ownScope} cannot compare a ledger by itself.`,
      'Use a key of the merchant, of scope receiver or merchant; or, with an admin key, name it: --merchant ID.',
    );
  }
  await own.merchantId();
  return own.connection;
}

function namesOf(pairs: readonly string[]): ColumnNames {
  return new Map(
    pairs.map((pair) => {
      const [ours = '', ...rest] = pair.split('=');
      const theirs = rest.join('=').trim();
      if (COLUMN_NAMES.includes(ours) && theirs !== '') return [theirs, ours] as const;
      throw usageFailure(
        `--map ${pair} names no column of a ledger.`,
        `It looks like amount=THEIRS. Ours: ${COLUMN_NAMES.join(', ')}.`,
      );
    }),
  );
}
