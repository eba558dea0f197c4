import { NOTIFICATION_STATES, UNDELIVERED_STATES } from '../../protocol/contract-words.ts';
import { matches, NOTIFICATION_ID, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { LIMIT, MERCHANT } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';
import { notificationColumns, transactionColumns } from './transaction-columns.ts';

const ENDPOINT = { name: 'endpoint', value: 'ID', summary: 'only callbacks to this endpoint' };
const FROM = {
  name: 'from',
  value: 'TIME',
  summary: 'inclusive: 2026-11-20, 2026-11-20T08:00:00Z, or an age: 1h',
};
const TO = { name: 'to', value: 'TIME', summary: 'exclusive' };

function limitOf(given: Given): { readonly limit?: number } {
  const limit = given.number('limit', { min: 1, max: 1_000_000 });
  return limit === undefined ? {} : { limit };
}

export const deliveries: Command = {
  words: ['deliveries'],
  summary: 'List outcomes with their callbacks, by time',
  options: [
    MERCHANT,
    FROM,
    TO,
    ENDPOINT,
    {
      name: 'state',
      value: 'STATE',
      summary: 'only callbacks in this state',
      choices: NOTIFICATION_STATES,
    },
    LIMIT,
  ],
  examples: [
    { line: 'tidings deliveries --from 1h', what: 'The last hour.' },
    { line: 'tidings deliveries --from 1d --state exhausted --json', what: 'What was given up today.' },
  ],
  async run(given, { service, output, now }) {
    const { pages, pathOfMerchant, merchantId } = await service();
    const found = pages({
      path: await pathOfMerchant('/deliveries'),
      field: 'items',
      parameters: {
        from: given.time('from', now()),
        to: given.time('to', now()),
        endpointId: given.text('endpoint'),
        state: given.text('state'),
      },
      ...limitOf(given),
    });
    await output.list(found, {
      columns: transactionColumns,
      empty: `No outcome of merchant ${await merchantId()} matches in this time.`,
    });
    return undefined;
  },
};

const undeliveredColumns: readonly Column<JsonObject>[] = [
  { title: 'notification', of: textIn('notificationId'), atMost: 40 },
  ...notificationColumns.slice(1),
];

export const undelivered: Command = {
  words: ['undelivered'],
  summary: 'List callbacks that were not delivered, and why',
  options: [
    MERCHANT,
    {
      name: 'state',
      value: 'STATE',
      summary: 'their state',
      default: 'exhausted',
      choices: UNDELIVERED_STATES,
    },
    ENDPOINT,
    LIMIT,
  ],
  examples: [
    { line: 'tidings undelivered', what: 'Those that were given up.' },
    { line: 'tidings undelivered --state retrying --endpoint ep_1', what: 'Those that will be tried again.' },
  ],
  async run(given, { service, output }) {
    const { pages, pathOfMerchant, merchantId } = await service();
    const state = given.required('state');
    const found = pages({
      path: await pathOfMerchant('/notifications'),
      field: 'items',
      parameters: { state, endpointId: given.text('endpoint') },
      ...limitOf(given),
    });
    await output.list(found, {
      columns: undeliveredColumns,
      empty: `No callback of merchant ${await merchantId()} is ${state}.`,
    });
    return undefined;
  },
};

export const acknowledge: Command = {
  words: ['ack'],
  summary: 'Say, as the receiver, that an outcome was applied. It is sent no more',
  arguments: [{ name: 'transaction', summary: 'id of the transaction' }],
  options: [
    MERCHANT,
    { name: 'version', value: 'N', summary: 'which version was applied', default: '1' },
    ENDPOINT,
  ],
  examples: [
    {
      line: 'tidings ack pay_1',
      what: 'Needs a key of the merchant: only the receiver knows what it applied.',
    },
    { line: 'tidings ack pay_1 --version 2 --endpoint ep_1', what: 'For one endpoint only.' },
  ],
  async run(given, { service, output }) {
    const receiver = (await service()).as('receiver');
    const id = given.argument('transaction');
    if (!matches(TRANSACTION_ID, id)) throw usageFailure(`${id} is no transaction's id.`);
    const endpointId = given.text('endpoint');
    const body = {
      version: given.number('version', { min: 1, max: 2 }),
      ...(endpointId !== undefined && { endpointId }),
    };
    // The key must be of the merchant that was named.
    if (given.text('merchant') !== undefined) await receiver.merchantId();
    const path = `/v1/transactions/${id}/acknowledge`;
    output.item(await receiver.ask({ method: 'POST', path, body, isIdempotent: true }));
    return EXIT.done;
  },
};

export const redeliver: Command = {
  words: ['redeliver'],
  summary: 'Send a callback again',
  arguments: [{ name: 'notification', summary: 'its id, as undelivered shows it: pay_1.1.ep_1' }],
  options: [MERCHANT],
  examples: [
    { line: 'tidings redeliver pay_1.1.ep_1', what: 'One more attempt, also of a delivered one.' },
    { line: 'tidings redeliver pay_1.1.ep_1 --merchant shop-7', what: 'With an admin key.' },
  ],
  async run(given, { service, output }) {
    const { ask, pathOfMerchant } = await service();
    const id = given.argument('notification');
    if (!matches(NOTIFICATION_ID, id)) {
      throw usageFailure(
        `${id} is no callback's id.`,
        'It looks like pay_1.1.ep_1. tidings undelivered shows them.',
      );
    }
    const path = await pathOfMerchant(`/notifications/${id}/redeliver`);
    output.item(await ask({ method: 'POST', path }));
    return EXIT.done;
  },
};
