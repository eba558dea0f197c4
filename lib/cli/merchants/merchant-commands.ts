import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Command } from '../command-line/command.ts';
import { LIMIT, MERCHANT } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';

const columns: readonly Column<JsonObject>[] = [
  { title: 'merchant', of: textIn('merchantId') },
  { title: 'name', of: textIn('name'), atMost: 30 },
  { title: 'time zone', of: textIn('timeZone') },
  { title: 'created', of: textIn('createdAt') },
];

const list: Command = {
  words: ['merchants', 'list'],
  summary: 'List all merchants',
  options: [{ name: 'prefix', value: 'TEXT', summary: 'only ids that begin with this' }, LIMIT],
  examples: [
    { line: 'tidings merchants list', what: 'All merchants, by id.' },
    { line: 'tidings merchants list --prefix shop- --json', what: 'Some of them, one JSON object a line.' },
  ],
  async run(given, { service, output }) {
    const { pages } = await service();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const found = pages({
      path: '/v1/merchants',
      field: 'items',
      parameters: { prefix: given.text('prefix') },
      ...(limit !== undefined && { limit }),
    });
    await output.list(found, { columns, empty: 'No merchant. Make one: tidings merchants create ID' });
    return undefined;
  },
};

const get: Command = {
  words: ['merchants', 'get'],
  summary: 'Show a merchant and its settings',
  options: [MERCHANT],
  examples: [
    { line: 'tidings merchants get', what: "The merchant of the key, or the demo's." },
    { line: 'tidings merchants get --merchant shop-7', what: 'With an admin key.' },
  ],
  async run(_given, { service, output }) {
    const { ask, merchantId } = await service();
    output.item(await ask({ method: 'GET', path: `/v1/merchants/${await merchantId()}` }));
    return undefined;
  },
};

const create: Command = {
  words: ['merchants', 'create'],
  summary: 'Create a merchant. Shows its secret, once',
  details: 'Repeating the command with the same settings changes nothing, and shows no secret again.',
  arguments: [{ name: 'id', summary: 'letters, digits, _ and -, at most 64' }],
  options: [
    { name: 'name', value: 'TEXT', summary: 'its name, for people' },
    { name: 'time-zone', value: 'ZONE', summary: 'of its daily statements: UTC, Asia/Shanghai' },
    {
      name: 'schedule',
      value: 'NAME',
      summary: 'when failed callbacks are tried again: a preset such as standard',
    },
  ],
  examples: [
    {
      line: 'tidings merchants create shop-7 --name "Seven"',
      what: 'The secret verifies signed answers. Keep it.',
    },
    {
      line: 'tidings merchants create shop-8 --time-zone Asia/Shanghai --json',
      what: 'Statements of days in Shanghai.',
    },
  ],
  async run(given, { service, output }) {
    const { ask } = await service();
    const [name, timeZone, schedule] = [given.text('name'), given.text('time-zone'), given.text('schedule')];
    const body = {
      merchantId: given.argument('id'),
      ...(name !== undefined && { name }),
      ...(timeZone !== undefined && { timeZone }),
      ...(schedule !== undefined && { schedule }),
    };
    const created = await ask({ method: 'POST', path: '/v1/merchants', body, isIdempotent: true });
    output.item(created);
    if (typeof created.secret === 'string') output.note('The secret is not shown again. Store it now.');
    return undefined;
  },
};

export const merchantCommands: readonly Command[] = [list, get, create];
