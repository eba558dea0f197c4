import { isObject, type JsonObject, jsonTextOf } from '../../protocol/json/json-values.ts';
import type { Tools } from '../command-line/command.ts';
import { EXIT, type ExitStatus, usageFailure } from '../command-line/exit-status.ts';
import type { Service } from '../connection/service.ts';
import type { Output } from '../output/output.ts';
import { type InputLine, linesOf } from './input-lines.ts';

/** Outcomes in one request: as many as the API takes. */
const BATCH = 100;
/** Results of a batch that mean "recorded". */
const RECORDED = new Set(['created', 'unchanged']);

interface OutcomeLine {
  /** From 1. */
  readonly number: number;
  readonly outcome: JsonObject;
}

/** How many lines have their result. */
interface Counts {
  recorded: number;
  refused: number;
}

/**
 * Records the lines of stdin in batches, each after the one before, so results come in the order of the lines.
 *
 * @throws CommandFailure if a line is no JSON object, or there is none. The counts before it are shown
 */
export async function recordLines(
  service: Service,
  merchantId: string,
  { output, terminal }: Tools,
): Promise<ExitStatus> {
  const counts: Counts = { recorded: 0, refused: 0 };
  const send = async (batch: readonly OutcomeLine[]) => {
    const results = await resultsOf(service, merchantId, batch);
    batch.forEach((line, at) => {
      showResult(output, line, results[at] ?? {}, counts);
    });
  };
  try {
    let batch: OutcomeLine[] = [];
    for await (const line of linesOf(terminal.stdin)) {
      batch.push(outcomeLine(line, counts));
      if (batch.length < BATCH) continue;
      await send(batch);
      batch = [];
    }
    if (batch.length > 0) await send(batch);
    if (sentIn(counts) === 0) throw nothingGiven();
  } finally {
    if (sentIn(counts) > 0) output.line(`recorded ${counts.recorded}, refused ${counts.refused}`);
  }
  return counts.refused === 0 ? EXIT.done : EXIT.failed;
}

async function resultsOf(
  { ask }: Service,
  merchantId: string,
  batch: readonly OutcomeLine[],
): Promise<readonly JsonObject[]> {
  const { results } = await ask({
    method: 'POST',
    path: `/v1/merchants/${merchantId}/transactions`,
    body: { transactions: batch.map(({ outcome }) => outcome) },
    isIdempotent: true,
  });
  return Array.isArray(results) ? results.filter(isObject) : [];
}

/** Programs get a result for each line. People see those that are refused. */
function showResult(
  output: Output,
  { number, outcome }: OutcomeLine,
  result: JsonObject,
  counts: Counts,
): void {
  const { transactionId } = outcome;
  const known = typeof transactionId === 'string' ? { transactionId } : {};
  output.json({ line: number, ...known, ...result });
  const isRecorded = RECORDED.has(String(result.result));
  counts[isRecorded ? 'recorded' : 'refused'] += 1;
  if (isRecorded) return;
  const name = known.transactionId === undefined ? '' : ` ${known.transactionId}`;
  output.line([`✗ line ${number}${name}`, 'bad'], `  ${whyOf(result)}`);
}

/** `/amount: invalid_amount, /currency: unknown_currency`, or the code where no field is named. */
function whyOf({ code, errors }: JsonObject): string {
  const fields = Array.isArray(errors) ? errors.filter(isObject) : [];
  const named = fields.filter(({ pointer }) => typeof pointer === 'string' && pointer !== '');
  if (named.length === 0) return String(code ?? 'no result');
  return named.map((field) => `${String(field.pointer)}: ${String(field.code)}`).join(', ');
}

function sentIn({ recorded, refused }: Counts): number {
  return recorded + refused;
}

function outcomeLine({ number, text }: InputLine, counts: Counts): OutcomeLine {
  const outcome = jsonTextOf(text);
  if (isObject(outcome)) return { number, outcome };
  const sent = sentIn(counts);
  throw usageFailure(
    `Line ${number} is no JSON object. ${sent === 0 ? 'Nothing was recorded.' : `The first ${sent} outcomes have their results.`}`,
    'Correct the line and repeat the command: what is recorded stays as it is.',
  );
}

function nothingGiven(): Error {
  return usageFailure(
    'No outcome was given.',
    'Each line of stdin is an outcome in JSON: {"transactionId": "pay_1", "status": "SUCCEEDED", …}.',
  );
}
