import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Option } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { LIMIT, MERCHANT, YES } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';
import { erasingCommands } from './erasing-commands.ts';
import { OVERLAP, rotationOf } from './rotation.ts';
import { SCHEDULE, scheduleOf } from './schedule-option.ts';

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

/** The settings of a merchant as options. */
const SETTINGS: readonly Option[] = [
  { name: 'name', value: 'TEXT', summary: 'its name, for people' },
  { name: 'time-zone', value: 'ZONE', summary: 'of its daily statements: UTC, Asia/Shanghai' },
  SCHEDULE,
];

function settingsOf(given: Given): object {
  const [name, timeZone, schedule] = [given.text('name'), given.text('time-zone'), scheduleOf(given)];
  return {
    ...(name !== undefined && { name }),
    ...(timeZone !== undefined && { timeZone }),
    ...(schedule !== undefined && { schedule }),
  };
}

const create: Command = {
  words: ['merchants', 'create'],
  summary: 'Create a merchant. Shows its secret, once',
  details: 'Repeating the command with the same settings changes nothing, and shows no secret again.',
  arguments: [{ name: 'id', summary: 'letters, digits, _ and -, at most 64' }],
  options: SETTINGS,
  examples: [
    {
      line: 'tidings merchants create shop-7 --name "Seven"',
      what: 'The secret verifies signed answers. Keep it.',
    },
    {
      line: 'tidings merchants create shop-8 --name "Eight" --time-zone Asia/Shanghai --json',
      what: 'Statements of days in Shanghai.',
    },
  ],
  async run(given, { service, output }) {
    const { ask } = await service();
    const body = { merchantId: given.argument('id'), name: given.required('name'), ...settingsOf(given) };
    const created = await ask({ method: 'POST', path: '/v1/merchants', body, isIdempotent: true });
    output.item(created);
    if (typeof created.secret === 'string') output.note('The secret is not shown again. Store it now.');
    return undefined;
  },
};

const change: Command = {
  words: ['merchants', 'change'],
  summary: 'Change settings of a merchant. The others stay',
  options: [MERCHANT, ...SETTINGS],
  examples: [
    { line: 'tidings merchants change --merchant shop-7 --name "Shop Seven"', what: 'Another name.' },
    {
      line: 'tidings merchants change --merchant shop-7 --schedule 15,60,600',
      what: 'Three retries after 15 s, 1 min and 10 min, for its endpoints that have no schedule of their own.',
    },
  ],
  async run(given, { service, output }) {
    const { ask, merchantId } = await service();
    const body = settingsOf(given);
    if (Object.keys(body).length === 0)
      throw usageFailure('There is nothing to change.', 'Pass a setting: --name "Seven".');
    const path = `/v1/merchants/${await merchantId()}`;
    output.item(await ask({ method: 'PATCH', path, body, isIdempotent: true }));
    return undefined;
  },
};

const rotate: Command = {
  words: ['merchants', 'rotate'],
  summary: 'Give a merchant a new secret. The old one stays valid for a while',
  details: "The merchant's secret verifies signed answers, and callbacks to a notifyUrl.",
  options: [MERCHANT, OVERLAP, YES],
  examples: [
    { line: 'tidings merchants rotate --merchant shop-7 --yes', what: 'Both are valid for a day.' },
    {
      line: 'tidings merchants rotate --merchant shop-7 --overlap 0 --yes',
      what: 'The old secret leaked, or nobody has it: it ends within 10 s.',
    },
  ],
  async run(given, tools) {
    const { ask, merchantId } = await tools.service();
    const id = await merchantId();
    const rotation = rotationOf(given, `/v1/merchants/${id}`);
    await confirmed(
      given,
      tools,
      `What verifies answers of ${id} needs the new secret before the old one ends.`,
    );
    tools.output.item(await ask(rotation));
    tools.output.note('The secret is not shown again. Store it now.');
    return undefined;
  },
};

export const merchantCommands: readonly Command[] = [list, get, create, change, rotate, ...erasingCommands];
