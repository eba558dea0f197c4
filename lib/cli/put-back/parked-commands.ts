import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Option } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { LIMIT, YES } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';

const DAYS: Option = { name: 'days', value: 'N', summary: 'UTC days to look back, 1 to 90', default: '14' };
const RECORD_ID = /^[\w-]{1,128}$/;

const columns: readonly Column<JsonObject>[] = [
  { title: 'record', of: textIn('recordId') },
  { title: 'parked', of: textIn('parkedAt') },
  { title: 'outcome', of: outcomeOf, atMost: 32 },
  { title: 'reason', of: textIn('reason'), atMost: 40 },
];

function outcomeOf({ outcome }: JsonObject): string | undefined {
  if (!isObject(outcome)) return undefined;
  const { merchantId, transactionId, version } = outcome;
  return `${String(merchantId)}/${String(transactionId)} v${String(version)}`;
}

function daysOf(given: Given): { readonly days: string } {
  return { days: String(given.number('days', { min: 1, max: 90 })) };
}

const list: Command = {
  words: ['parked', 'list'],
  summary: 'List records that could not be relayed, and why',
  options: [DAYS, LIMIT],
  examples: [
    { line: 'tidings parked list', what: 'Of the last 14 days, newest day first, with an admin key.' },
    { line: 'tidings parked list --days 60 --json', what: 'One JSON object a line.' },
  ],
  async run(given, { service, output }) {
    const { pages } = await service();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const found = pages({
      path: '/v1/parked',
      field: 'items',
      parameters: daysOf(given),
      ...(limit !== undefined && { limit }),
    });
    await output.list(found, { columns, empty: 'No record is parked.' });
    return EXIT.done;
  },
};

const putBack: Command = {
  words: ['parked', 'put-back'],
  summary: 'Relay parked records again',
  details:
    'Each outcome is read anew, and its record is deleted once its messages are sent: repeating is harmless. With status 1, ' +
    'some records stay; each line says why.',
  arguments: [{ name: 'record', summary: 'ids, as parked list shows them', isOptional: true, isList: true }],
  options: [{ name: 'all', summary: 'all of these days' }, DAYS, YES],
  conflicts: [{ ignored: ['record'], with: '--all', hint: 'Pass ids of records, or --all.' }],
  examples: [
    { line: 'tidings parked put-back rec_1 rec_2', what: 'These two.' },
    { line: 'tidings parked put-back --all --yes --json', what: 'All, for a script.' },
  ],
  async run(given, tools) {
    const { output, service } = tools;
    const ids = given.listArgument('record');
    if (!given.has('all') && ids.length === 0) throw usageFailure('Pass ids of records, or --all.');
    const wrong = ids.find((id) => !RECORD_ID.test(id));
    if (wrong !== undefined)
      throw usageFailure(`${wrong} is no record's id.`, 'tidings parked list shows them.');
    const opened = await service();
    if (ids.length === 0) await confirmed(given, tools, 'All parked records are relayed again.');
    const counts = { relayed: 0, left: 0 };
    for await (const record of resultsOf(opened, ids, daysOf(given))) {
      const isRelayed = record.result === 'relayed';
      counts[isRelayed ? 'relayed' : 'left'] += 1;
      output.json(record);
      const name = String(record.recordId);
      output.line(
        isRelayed ? [`✓ ${name}`, 'good'] : [`✗ ${name}`, 'bad'],
        `  ${String(record.reason ?? '')}`,
      );
    }
    output.line(`${counts.relayed} put back · ${counts.left} left`);
    return counts.left === 0 ? EXIT.done : EXIT.failed;
  },
};

async function* resultsOf(
  { ask }: Service,
  ids: readonly string[],
  parameters: { readonly days: string },
): AsyncIterable<JsonObject> {
  const post = (path: string, more: Readonly<Record<string, string | undefined>> = {}) =>
    ask({ method: 'POST', path, parameters: { ...parameters, ...more }, isIdempotent: true });
  for (const id of ids) yield await post(`/v1/parked/${id}/put-back`);
  if (ids.length > 0) return;
  let cursor: string | undefined;
  do {
    const { items, nextCursor, hasMore } = await post('/v1/parked/put-back', { cursor });
    if (Array.isArray(items)) yield* items.filter(isObject);
    cursor =
      hasMore === true && typeof nextCursor === 'string' && nextCursor !== cursor ? nextCursor : undefined;
  } while (cursor !== undefined);
}

export const parkedCommands: readonly Command[] = [list, putBack];
