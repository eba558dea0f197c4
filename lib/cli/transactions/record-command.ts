import { OUTCOME_STATUSES } from '../../protocol/contract-words.ts';
import { MERCHANT_ID, matches, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { EXIT, type ExitStatus, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import { linesOf } from './input-lines.ts';
import { REASON, reasonOf } from './reason-option.ts';

/** Outcomes in one request: as many as the API takes. */
const BATCH = 100;
/** Results of a batch that mean "recorded". */
const RECORDED = new Set(['created', 'unchanged']);

export const record: Command = {
  words: ['record'],
  summary: 'Record how a transaction ended, or many from stdin',
  details:
    'With -, each line of stdin is an outcome in JSON with its transactionId, as the API takes it. Repeating a record changes ' +
    'nothing: the same content is recorded once. With --json each line gets a result, in order; otherwise those that are refused are named.',
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

/** Records lines in batches, each after the one before, so results come in the order of the lines. */
async function recordLines(
  service: Service,
  merchantId: string,
  { output, terminal }: Tools,
): Promise<ExitStatus> {
  if (!matches(MERCHANT_ID, merchantId)) throw usageFailure(`${merchantId} cannot be a merchant's id.`);
  const path = `/v1/merchants/${merchantId}/transactions`;
  const counts = { recorded: 0, refused: 0 };
  const send = async (lines: readonly JsonObject[]) => {
    const { results } = await service.ask({
      method: 'POST',
      path,
      body: { transactions: lines },
      isIdempotent: true,
    });
    for (const result of Array.isArray(results) ? results.filter(isObject) : []) {
      const isRecorded = RECORDED.has(String(result.result));
      counts[isRecorded ? 'recorded' : 'refused'] += 1;
      output.json(result);
      if (!isRecorded) output.line([`✗ ${String(result.transactionId)}`, 'bad'], `  ${String(result.code)}`);
    }
  };
  let batch: JsonObject[] = [];
  for await (const { number, text } of linesOf(terminal.stdin)) {
    batch.push(outcomeOf({ number, text, sent: counts.recorded + counts.refused }));
    if (batch.length < BATCH) continue;
    await send(batch);
    batch = [];
  }
  if (batch.length > 0) await send(batch);
  output.line(`recorded ${counts.recorded}, refused ${counts.refused}`);
  return counts.refused === 0 ? EXIT.done : EXIT.failed;
}

interface Line {
  readonly number: number;
  readonly text: string;
  /** Outcomes of earlier lines that have their result already. */
  readonly sent: number;
}

function outcomeOf({ number, text, sent }: Line): JsonObject {
  const content = parsed(text);
  if (isObject(content)) return content;
  throw usageFailure(
    `Line ${number} is no JSON object. ${sent === 0 ? 'Nothing was recorded.' : `The first ${sent} outcomes have their results.`}`,
    'Correct the line and repeat the command: what is recorded stays as it is.',
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
