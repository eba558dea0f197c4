import { OUTCOME_STATUSES } from '../../protocol/contract-words.ts';
import { matches, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import { REASON, reasonOf } from './reason-option.ts';
import { recordLines } from './record-lines.ts';

export const record: Command = {
  words: ['record'],
  summary: 'Record how a transaction ended, or many from stdin',
  details:
    'With -, each line of stdin is an outcome in JSON with its transactionId, as the API takes it. Repeating a record changes ' +
    'nothing: the same content is recorded once. With --json each line gets a result with its number, in order; otherwise those that are refused are named.',
  arguments: [{ name: 'transaction', summary: 'id of the transaction, or - for lines on stdin' }],
  options: [
    MERCHANT,
    {
      name: 'status',
      value: 'STATUS',
      summary: 'how it ended; PENDING: it has not ended yet',
      choices: OUTCOME_STATUSES,
    },
    { name: 'amount', value: 'N', summary: 'in the minor unit: 19.99 is 1999' },
    { name: 'currency', value: 'CODE', summary: 'ISO 4217, such as EUR' },
    { name: 'type', value: 'WORD', summary: 'payment, refund, …', default: 'payment' },
    {
      name: 'occurred',
      value: 'TIME',
      summary: 'when it ended; a repetition needs the same time, so an age such as 1h is for a first try',
    },
    { name: 'reference', value: 'TEXT', summary: "the merchant's order number" },
    REASON,
    { name: 'notify-url', value: 'URL', summary: 'also call this address' },
  ],
  conflicts: [
    {
      ignored: ['status', 'amount', 'currency', 'type', 'occurred', 'reference', 'reason', 'notify-url'].map(
        (name) => `--${name}`,
      ),
      with: 'transaction',
      values: ['-'],
      hint: 'Each line has its own: {"transactionId": "pay_1", "status": "SUCCEEDED", …}.',
    },
  ],
  examples: [
    {
      line: 'tidings record pay_1 --status SUCCEEDED --amount 1999 --currency EUR --occurred 2026-11-20T08:00:00Z',
      what: 'One outcome.',
    },
    {
      line: 'cat outcomes.ndjson | tidings record - --merchant shop-7',
      what: 'Many: a hundred in a request.',
    },
  ],
  async run(given, tools) {
    const service = (await tools.service()).as('initiator');
    const merchantId = await service.merchantId();
    if (given.argument('transaction') === '-') return recordLines(service, merchantId, tools);
    const id = given.argument('transaction');
    if (!matches(TRANSACTION_ID, id)) throw usageFailure(`${id} cannot be a transaction's id.`);
    const path = `/v1/merchants/${merchantId}/transactions/${id}`;
    tools.output.item(await service.ask({ method: 'PUT', path, body: contentOf(given, tools.now()) }));
    return EXIT.done;
  },
};

function contentOf(given: Given, nowMs: number): object {
  const amount = given.number('amount', { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (amount === undefined) throw usageFailure('--amount is missing.');
  const occurredAt = given.time('occurred', nowMs);
  if (occurredAt === undefined)
    throw usageFailure('--occurred is missing.', 'When did it end? 2026-11-20T08:00:00Z');
  const [reference, reason, notifyUrl] = [given.text('reference'), reasonOf(given), given.text('notify-url')];
  return {
    transactionType: given.required('type'),
    status: given.required('status'),
    amount,
    currency: given.required('currency'),
    occurredAt,
    ...(reference !== undefined && { reference }),
    ...(reason !== undefined && { reason }),
    ...(notifyUrl !== undefined && { notifyUrl }),
  };
}
