import { TERMINAL_STATUSES } from '../../protocol/content/content-rules.ts';
import { matches, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Command } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import { LIMIT, MERCHANT, ONE_MERCHANT, YES } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';
import { REASON, reasonOf } from '../transactions/reason-option.ts';

const columns: readonly Column<JsonObject>[] = [
  { title: 'merchant', of: textIn('merchantId') },
  { title: 'transaction', of: textIn('transactionId'), atMost: 32 },
  { title: 'reference', of: textIn('reference'), atMost: 20 },
  { title: 'occurred', of: textIn('occurredAt') },
];

const list: Command = {
  words: ['unresolved'],
  summary: 'List PENDING transactions whose initiator gave no end',
  options: [ONE_MERCHANT, LIMIT],
  examples: [
    { line: 'tidings unresolved', what: 'Of all merchants, with an admin or initiator key.' },
    {
      line: 'tidings unresolved --merchant shop-7 --json',
      what: 'With the last questions to the initiator.',
    },
  ],
  async run(given, { service, output }) {
    const { pages, connection, whoAmI } = await service();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const named = given.text('merchant');
    const { merchantId } = await whoAmI();
    const parameters = { merchantId: named ?? merchantId };
    const found = pages({
      path: '/v1/unresolved',
      field: 'items',
      parameters,
      ...(limit !== undefined && { limit }),
    });
    await output.list(found, { columns, empty: `Nothing is unresolved at ${connection.api}.` });
    return undefined;
  },
};

const resolve: Command = {
  words: ['resolve'],
  summary: 'Record by hand how an unresolved transaction ended',
  arguments: [{ name: 'transaction', summary: 'id of the transaction' }],
  options: [
    MERCHANT,
    {
      name: 'status',
      value: 'STATUS',
      summary: 'how it ended',
      choices: TERMINAL_STATUSES,
    },
    {
      name: 'occurred',
      value: 'TIME',
      summary: 'when it ended; a repetition needs the same time, so an age such as 1h is for a first try',
    },
    REASON,
    YES,
  ],
  examples: [
    {
      line: 'tidings resolve pay_1 --status FAILED --occurred 2026-11-20T08:00:00Z --merchant shop-7',
      what: 'Asks first: an end is never changed.',
    },
    {
      line: 'tidings resolve pay_2 --status SUCCEEDED --occurred 1h --yes --merchant shop-7',
      what: 'For scripts.',
    },
  ],
  async run(given, tools) {
    const { ask, merchantId } = await tools.service();
    const id = given.argument('transaction');
    if (!matches(TRANSACTION_ID, id)) throw usageFailure(`${id} is no transaction's id.`);
    const occurredAt = given.time('occurred', tools.now());
    if (occurredAt === undefined)
      throw usageFailure('--occurred is missing.', 'When did it end? 2026-11-20T08:00:00Z');
    const [status, reason] = [given.required('status'), reasonOf(given)];
    const path = `/v1/unresolved/${await merchantId()}/${id}/resolve`;
    await confirmed(given, tools, `${id} ended ${status} at ${occurredAt}. This cannot be changed later.`);
    const body = { status, occurredAt, ...(reason !== undefined && { reason }) };
    tools.output.item(await ask({ method: 'POST', path, body, isIdempotent: true }));
    return undefined;
  },
};

export const unresolvedCommands: readonly Command[] = [list, resolve];
