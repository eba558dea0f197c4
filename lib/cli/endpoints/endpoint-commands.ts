import { ENDPOINT_ID, matches } from '../../protocol/id-forms.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Argument, Command, Tools } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT, YES } from '../command-line/shared-options.ts';
import { OVERLAP, rotationOf } from '../merchants/rotation.ts';
import type { Column } from '../output/output.ts';
import { flagIn, listIn, textIn } from '../output/reading.ts';
import { SETTINGS, settingsOf } from './endpoint-options.ts';

const ENDPOINT: Argument = { name: 'endpoint', summary: 'id of the endpoint' };

const columns: readonly Column<JsonObject>[] = [
  { title: 'endpoint', of: textIn('endpointId') },
  { title: 'enabled', of: flagIn('enabled') },
  { title: 'health', of: healthOf },
  { title: 'types', of: listIn('types'), atMost: 24 },
  { title: 'url', of: textIn('url'), atMost: 60 },
];

/** What callbacks to it meet. The health of a disabled one is of the time before. */
function healthOf({ enabled, disabledReason, health }: JsonObject): string | undefined {
  if (enabled === false) {
    return typeof disabledReason === 'string' ? `disabled (${disabledReason})` : 'disabled';
  }
  return isObject(health) ? textIn('state')(health) : undefined;
}

async function pathOf({ service }: Tools, given?: Given): Promise<string> {
  const merchantId = await (await service()).merchantId();
  const endpoints = `/v1/merchants/${merchantId}/endpoints`;
  if (given === undefined) return endpoints;
  const id = given.argument('endpoint');
  if (matches(ENDPOINT_ID, id)) return `${endpoints}/${id}`;
  throw usageFailure(`${id} is no endpoint's id.`, 'tidings endpoints list shows them.');
}

const list: Command = {
  words: ['endpoints', 'list'],
  summary: 'List the endpoints of a merchant, with their health',
  options: [MERCHANT],
  examples: [
    { line: 'tidings endpoints list', what: "Of the key's merchant." },
    { line: 'tidings endpoints list --merchant shop-7 --json', what: 'One JSON object a line.' },
  ],
  async run(_given, tools) {
    const { pages, merchantId } = await tools.service();
    const found = pages({ path: await pathOf(tools), field: 'items' });
    const empty = `No endpoint of merchant ${await merchantId()}. Make one: tidings endpoints create URL`;
    await tools.output.list(found, { columns, empty });
    return undefined;
  },
};

const get: Command = {
  words: ['endpoints', 'get'],
  summary: 'Show an endpoint, its settings and its health',
  arguments: [ENDPOINT],
  options: [MERCHANT],
  examples: [
    { line: 'tidings endpoints get ep_1', what: 'Since when does it fail, and why?' },
    { line: 'tidings endpoints get ep_1 --merchant shop-7 --json', what: 'For a script.' },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    tools.output.item(await ask({ method: 'GET', path: await pathOf(tools, given) }));
    return undefined;
  },
};

const create: Command = {
  words: ['endpoints', 'create'],
  summary: 'Create an endpoint. Shows its secret, once',
  details: 'With --id, repeating the command replaces the settings and creates no second endpoint.',
  arguments: [{ name: 'url', summary: 'where callbacks go' }],
  options: [MERCHANT, { name: 'id', value: 'ID', summary: 'an id of your own' }, ...SETTINGS],
  examples: [
    { line: 'tidings endpoints create https://shop.example/hook', what: 'All types of events.' },
    {
      line: 'tidings endpoints create https://shop.example/pay --id pay --type "payment.*"',
      what: 'May be repeated: the id is yours.',
    },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const id = given.text('id');
    if (id !== undefined && !matches(ENDPOINT_ID, id))
      throw usageFailure(`${id} cannot be an endpoint's id.`);
    const body = { url: given.argument('url'), ...settingsOf(given) };
    const path = await pathOf(tools);
    const created = await ask(
      id === undefined ? { method: 'POST', path, body } : { method: 'PUT', path: `${path}/${id}`, body },
    );
    tools.output.item(created);
    if (typeof created.secret === 'string') tools.output.note('The secret is not shown again. Store it now.');
    return undefined;
  },
};

const change: Command = {
  words: ['endpoints', 'change'],
  summary: 'Change settings of an endpoint. The others stay',
  arguments: [ENDPOINT],
  options: [MERCHANT, { name: 'url', value: 'URL', summary: 'where callbacks go' }, ...SETTINGS],
  examples: [
    { line: 'tidings endpoints change ep_1 --timeout 5000', what: 'It has five seconds for its answer.' },
    { line: 'tidings endpoints change ep_1 --type "*"', what: 'From now on, all types.' },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const url = given.text('url');
    const body = { ...(url !== undefined && { url }), ...settingsOf(given) };
    if (Object.keys(body).length === 0)
      throw usageFailure('There is nothing to change.', 'Pass a setting: --timeout 5000.');
    tools.output.item(
      await ask({ method: 'PATCH', path: await pathOf(tools, given), body, isIdempotent: true }),
    );
    return undefined;
  },
};

function switching(verb: 'enable' | 'disable', what: string): Command {
  const isOff = verb === 'disable';
  return {
    words: ['endpoints', verb],
    summary: what,
    arguments: [ENDPOINT],
    options: [MERCHANT, ...(isOff ? [YES] : [])],
    examples: [
      { line: `tidings endpoints ${verb} ep_1${isOff ? ' --yes' : ''}`, what: `${what}.` },
      {
        line: `tidings endpoints ${verb} ep_1${isOff ? ' --yes' : ''} --merchant shop-7`,
        what: 'With an admin key.',
      },
    ],
    async run(given, tools) {
      const { ask } = await tools.service();
      const path = await pathOf(tools, given);
      if (isOff)
        await confirmed(given, tools, `New outcomes will not be sent to ${given.argument('endpoint')}.`);
      tools.output.item(await ask({ method: 'PATCH', path, body: { enabled: !isOff }, isIdempotent: true }));
      return undefined;
    },
  };
}

const remove: Command = {
  words: ['endpoints', 'delete'],
  summary: 'Delete an endpoint. Its waiting callbacks are not sent',
  arguments: [ENDPOINT],
  options: [MERCHANT, YES],
  examples: [
    { line: 'tidings endpoints delete ep_1', what: 'Asks first.' },
    { line: 'tidings endpoints delete ep_1 --yes', what: 'For scripts.' },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const path = await pathOf(tools, given);
    await confirmed(given, tools, `Endpoint ${given.argument('endpoint')} cannot be restored.`);
    await ask({ method: 'DELETE', path });
    tools.output.item({ endpointId: given.argument('endpoint'), deleted: true });
    return undefined;
  },
};

const rotate: Command = {
  words: ['endpoints', 'rotate'],
  summary: 'Give an endpoint a new secret. The old one stays valid for a while',
  arguments: [ENDPOINT],
  options: [MERCHANT, OVERLAP, YES],
  examples: [
    { line: 'tidings endpoints rotate ep_1 --yes', what: 'Callbacks have two signatures for a day.' },
    {
      line: 'tidings endpoints rotate ep_1 --overlap 0 --yes',
      what: 'The old secret leaked: it ends within 10 s.',
    },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const rotation = rotationOf(given, await pathOf(tools, given));
    await confirmed(given, tools, 'Receivers need the new secret before the old one ends.');
    tools.output.item(await ask(rotation));
    tools.output.note('The secret is not shown again. Store it now.');
    return undefined;
  },
};

const test: Command = {
  words: ['endpoints', 'test'],
  summary: 'Send a test callback, and show how the receiver answered',
  arguments: [ENDPOINT],
  options: [MERCHANT],
  examples: [
    { line: 'tidings endpoints test ep_1', what: 'Status 1 if the receiver refused or did not answer.' },
    { line: 'tidings endpoints test ep_1 --json', what: 'The attempt as JSON.' },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const attempt = await ask({ method: 'POST', path: `${await pathOf(tools, given)}/test` });
    tools.output.item(attempt);
    return attempt.error === undefined ? EXIT.done : EXIT.failed;
  },
};

export const endpointCommands: readonly Command[] = [
  list,
  get,
  create,
  change,
  switching('enable', 'Send outcomes to an endpoint again'),
  switching('disable', 'Stop sending outcomes to an endpoint'),
  rotate,
  test,
  remove,
];
