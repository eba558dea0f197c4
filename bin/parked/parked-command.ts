import {
  daysBack,
  eachParked,
  type ParkedRecord,
  type ParkedRecords,
} from '../../lib/core/deliver/aside/parked-list.ts';
import { keyOfParked, type PutBack } from '../../lib/core/deliver/aside/put-back.ts';
import { printable } from '../../lib/printable.ts';

export const PARKED_HELP = `Usage: npm run parked -- <list|show|put-back> [ids] [options]

Works on parked records: stream records that could not be relayed and were stored with the reason.

Commands:
  list            List them: id, time, outcome and reason.
  show ID         Show one record in full.
  put-back ID…    Read each outcome again and relay it. The record is deleted once its messages are sent.
  put-back --all  The same for all.

Options:
  --days N        how many days to look back, including today (14)
  --outputs FILE  on AWS: the file that \`npm run deploy\` writes, with credentials of an operator
  --data-dir DIR  data directory of the service on this machine (.tidings)
  --json          one line of JSON for each record

Exit status: 0 if all went well, 1 if a record could not be put back or does not exist.
`;

export interface ParkedArguments {
  readonly verb: string | undefined;
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly days: string;
  readonly json: boolean;
}

export interface ParkedTools {
  readonly parked: ParkedRecords;
  readonly putBack: (record: ParkedRecord) => Promise<PutBack>;
  readonly nowMs: number;
  readonly write: (line: string) => void;
  readonly note: (line: string) => void;
}

/** Slightly more than the longest retention. */
const MAX_DAYS = 4_000;

/**
 * Runs one parked command.
 *
 * @returns the exit status: 0 if all went well, 1 if a record could not be put back
 * @throws Error with a message for people, such as for an unknown command or record
 */
export async function runParked(args: ParkedArguments, tools: ParkedTools): Promise<number> {
  const days = daysToLookAt(args.days, tools.nowMs);
  switch (args.verb) {
    case 'list':
      return list(args, days, tools);
    case 'show':
      return show(args, days, tools);
    case 'put-back':
      return putBackAll(args, days, tools);
    default:
      throw new Error('Give list, show or put-back. See npm run parked -- --help.');
  }
}

async function list(
  { json }: ParkedArguments,
  days: readonly string[],
  { parked, write, note }: ParkedTools,
): Promise<number> {
  let count = 0;
  for await (const record of eachParked(parked, days)) {
    count += 1;
    write(json ? JSON.stringify(shown(record)) : lineOf(record));
  }
  note(`parked records: ${count} since ${days.at(-1)}`);
  return 0;
}

async function show(
  { ids, json }: ParkedArguments,
  days: readonly string[],
  { parked, write }: ParkedTools,
): Promise<number> {
  const [id] = ids;
  if (id === undefined) throw new Error('show needs the id of a record; npm run parked -- list shows them.');
  const record = await parked.find(id, days);
  if (record === undefined) throw notFound(id, days);
  const whole = { ...shown(record), payload: record.payload };
  write(JSON.stringify(whole, undefined, json ? undefined : 2));
  return 0;
}

async function putBackAll(
  args: ParkedArguments,
  days: readonly string[],
  tools: ParkedTools,
): Promise<number> {
  if (args.all === args.ids.length > 0) throw new Error('put-back needs ids, or --all.');
  const records = args.all ? eachParked(tools.parked, days) : named(args.ids, days, tools.parked);
  let back = 0;
  let left = 0;
  for await (const record of records) {
    const result = await tools.putBack(record);
    if (result.kind === 'relayed') back += 1;
    else left += 1;
    if (args.json) tools.write(JSON.stringify({ ...shown(record), result }));
    else if (result.kind === 'relayed')
      tools.write(`✓ back  ${printable(record.recordId)}  ${about(record)}`);
    else tools.write(`✗ left  ${printable(record.recordId)}  ${about(record)}  ${printable(result.reason)}`);
  }
  tools.note(`parked records: ${back} put back · ${left} left`);
  return left === 0 ? 0 : 1;
}

async function* named(
  ids: readonly string[],
  days: readonly string[],
  parked: ParkedRecords,
): AsyncGenerator<ParkedRecord> {
  for (const id of ids) {
    const record = await parked.find(id, days);
    if (record === undefined) throw notFound(id, days);
    yield record;
  }
}

function notFound(id: string, days: readonly string[]): Error {
  return new Error(
    `No record ${printable(id)} was parked since ${days.at(-1)}. --days N looks further back.`,
  );
}

/** UTC days as `2026-11-20`, today first. */
function daysToLookAt(text: string, nowMs: number): readonly string[] {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw new Error(`--days needs a whole number from 1 to ${MAX_DAYS}, not ${printable(text)}.`);
  }
  return daysBack(days, nowMs);
}

function shown(record: ParkedRecord) {
  const { recordId, parkedAt, reason } = record;
  return { recordId, parkedAt, outcome: keyOfParked(record), reason };
}

function lineOf(record: ParkedRecord): string {
  const { recordId, parkedAt, reason } = record;
  return [recordId, parkedAt, about(record), reason].map(printable).join('  ');
}

function about(record: ParkedRecord): string {
  const key = keyOfParked(record);
  return key === undefined ? 'no outcome' : `${key.merchantId}/${key.transactionId} version ${key.version}`;
}
