import { matches, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { createClient } from '../../receiver/asking/service-client.ts';
import { ReceiverFault } from '../../receiver/receiver-fault.ts';
import type { Argument, Command } from '../command-line/command.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import type { Output } from '../output/output.ts';
import { whyNoCallback } from './no-callback.ts';
import { notificationColumns, transactionColumns } from './transaction-columns.ts';

const ONE_OF_BOTH = 'Give the id of a transaction, or the order number with --reference.';

const TRANSACTION: Argument = { name: 'transaction', summary: 'id of the transaction' };

function idOf(text: string): string {
  if (matches(TRANSACTION_ID, text)) return text;
  throw usageFailure(
    `${text} is no transaction's id: 1 to 64 letters, digits, _, : or -.`,
    'For an order number: tidings get --reference ORDER',
  );
}

async function* once(rows: readonly JsonObject[]): AsyncIterable<readonly JsonObject[]> {
  yield rows;
}

/** The row, if there is exactly one. The pages include what was read to find that out. */
async function onlyRowOf(
  pages: AsyncIterable<readonly JsonObject[]>,
): Promise<{ readonly only?: JsonObject; readonly pages: AsyncIterable<readonly JsonObject[]> }> {
  const iterator = pages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const second = first.done === true ? first : await iterator.next();
  const [only, another] = first.done === true ? [] : first.value;
  if (only !== undefined && another === undefined && second.done === true)
    return { only, pages: once([only]) };
  async function* all(): AsyncGenerator<readonly JsonObject[]> {
    for (let page = first; page.done !== true; page = page === first ? second : await iterator.next())
      yield page.value;
  }
  return { pages: all() };
}

/** A transaction with the state of each callback, and the last answer to it. */
async function show(transaction: JsonObject, output: Output, service: Service): Promise<void> {
  if (output.isJson) {
    output.json(transaction);
    return;
  }
  const { notifications, outcomes: _, ...fields } = transaction;
  output.item(fields);
  const rows = Array.isArray(notifications) ? notifications.filter(isObject) : [];
  output.line('');
  const empty = rows.length > 0 ? '' : await whyNoCallback(transaction, service);
  await output.list(once(rows), { columns: notificationColumns, empty });
}

export const get: Command = {
  words: ['get'],
  summary: 'Show a transaction, its callbacks and their attempts',
  arguments: [{ ...TRANSACTION, isOptional: true }],
  options: [
    MERCHANT,
    { name: 'reference', value: 'ORDER', summary: "find it by the merchant's order number" },
  ],
  conflicts: [{ ignored: ['--reference'], with: 'transaction', hint: ONE_OF_BOTH }],
  examples: [
    { line: 'tidings get pay_1', what: 'Did it end, and who was told?' },
    {
      line: 'tidings get --reference ORDER-7 --merchant shop-7',
      what: 'Why did this order’s callback not arrive?',
    },
  ],
  async run(given, { service, output }) {
    const opened = await service();
    const { ask, pages, pathOfMerchant, merchantId } = opened;
    const reference = given.text('reference');
    if (reference !== undefined) {
      const path = await pathOfMerchant('/transactions');
      const found = await onlyRowOf(pages({ path, field: 'items', parameters: { reference } }));
      if (found.only !== undefined) {
        await show(found.only, output, opened);
        return EXIT.done;
      }
      const count = await output.list(found.pages, {
        columns: transactionColumns,
        empty: `No transaction of merchant ${await merchantId()} has the reference ${reference}.`,
      });
      return count === 0 ? EXIT.failed : EXIT.done;
    }
    const id = idOf(given.argument('transaction'));
    const transaction = await ask({ method: 'GET', path: await pathOfMerchant(`/transactions/${id}`) });
    await show(transaction, output, opened);
    return EXIT.done;
  },
};

export const ask: Command = {
  words: ['ask'],
  summary: "Ask as a receiver does, and verify the answer's signature",
  details:
    'An answer that is not signed, old, or about another question ends with status 1. Needs a key of the merchant, and its ' +
    'secret in TIDINGS_SECRET or in the profile.',
  arguments: [TRANSACTION],
  options: [MERCHANT],
  examples: [
    { line: 'tidings ask pay_1', what: 'On this machine: with the receiver’s key and secret of the demo.' },
    { line: 'TIDINGS_SECRET=whsec_… tidings ask pay_1 --json', what: 'The verified answer.' },
  ],
  async run(given, { service, output, signal, now }) {
    const receiver = (await service()).as('receiver');
    // The key must be of the merchant that was named.
    if (given.text('merchant') !== undefined) await receiver.merchantId();
    const { api, key, secret } = receiver.connection;
    if (secret === undefined)
      throw usageFailure("The merchant's secret is missing.", 'Set TIDINGS_SECRET=whsec_….');
    const id = idOf(given.argument('transaction'));
    if ((await receiver.whoAmI()).merchantId === undefined)
      throw usageFailure('This key belongs to no merchant.', 'Use a key of scope receiver.');
    const merchantId = await receiver.merchantId();
    try {
      const client = createClient({ url: api, key, merchantSecrets: secret, merchantId, now, signal });
      const answer = await client.read(`/v1/transactions/${id}`);
      output.item({ verified: true, ...answer.content });
      return 'kind' in answer ? EXIT.failed : EXIT.done;
    } catch (error) {
      if (!(error instanceof ReceiverFault)) throw error;
      const status = error.code === 'service_unavailable' ? EXIT.unreachable : EXIT.failed;
      throw new CommandFailure(status, error.code, `The answer was not verified: ${error.message}`, {
        cause: error,
      });
    }
  },
};
