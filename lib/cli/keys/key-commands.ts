import {
  listOfWords,
  MERCHANT_KEY_SCOPES,
  SCOPES,
  SERVICE_KEY_SCOPES,
} from '../../protocol/contract-words.ts';
import { KEY_ID, matches } from '../../protocol/id-forms.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Conflict, Tools } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import { LIMIT, MERCHANT, YES } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';

const columns: readonly Column<JsonObject>[] = [
  { title: 'key', of: textIn('keyId') },
  { title: 'scope', of: textIn('scope') },
  { title: 'created', of: textIn('createdAt') },
  { title: 'expires', of: (key) => textIn('expiresAt')(key) ?? 'never' },
];

/** Keys of a merchant, or those for all merchants. */
async function pathOf({ service }: Tools, isForAll: boolean): Promise<string> {
  const { merchantId } = await service();
  return isForAll ? '/v1/keys' : `/v1/merchants/${await merchantId()}/keys`;
}

const ALL = { name: 'all-merchants', summary: 'keys for all merchants, instead of those of one' };
const WHOSE: Conflict = {
  ignored: ['--merchant'],
  with: '--all-merchants',
  hint: 'Give --merchant for keys of one merchant, or --all-merchants for those of all.',
};

const list: Command = {
  words: ['keys', 'list'],
  summary: 'List keys. Their secrets are not kept, and not shown',
  options: [MERCHANT, ALL, LIMIT],
  conflicts: [WHOSE],
  examples: [
    { line: 'tidings keys list --merchant shop-7', what: "A merchant's keys." },
    { line: 'tidings keys list --all-merchants', what: 'Keys of operators and initiators.' },
  ],
  async run(given, tools) {
    const { pages } = await tools.service();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const path = await pathOf(tools, given.has('all-merchants'));
    const found = pages({ path, field: 'items', ...(limit !== undefined && { limit }) });
    const { merchantId } = await tools.service();
    const whose = given.has('all-merchants') ? 'for all merchants' : `of merchant ${await merchantId()}`;
    const empty = `No key ${whose}. Make one: tidings keys create SCOPE`;
    await tools.output.list(found, { columns, empty });
    return undefined;
  },
};

const create: Command = {
  words: ['keys', 'create'],
  summary: 'Create a key. Shows it once',
  arguments: [
    {
      name: 'scope',
      summary: `of a merchant: ${listOfWords(MERCHANT_KEY_SCOPES)}; of all: ${listOfWords(SERVICE_KEY_SCOPES)}`,
      choices: SCOPES,
    },
  ],
  options: [
    MERCHANT,
    ALL,
    { name: 'expires', value: 'TIME', summary: 'when it ends: 2027-01-01, or 30d from now; default: never' },
  ],
  conflicts: [WHOSE],
  examples: [
    { line: 'tidings keys create receiver --merchant shop-7', what: 'For the server of a merchant.' },
    {
      line: 'tidings keys create initiator --all-merchants --expires 2027-01-01',
      what: 'For the system that records outcomes.',
    },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const expiresAt = given.futureTime('expires', tools.now());
    const body = { scope: given.argument('scope'), ...(expiresAt !== undefined && { expiresAt }) };
    tools.output.item(
      await ask({ method: 'POST', path: await pathOf(tools, given.has('all-merchants')), body }),
    );
    tools.output.note('The key is not shown again. Store it now.');
    return undefined;
  },
};

const revoke: Command = {
  words: ['keys', 'revoke'],
  summary: 'End a key',
  arguments: [{ name: 'key', summary: 'id of the key, the part after tk_' }],
  options: [MERCHANT, ALL, YES],
  conflicts: [WHOSE],
  examples: [
    { line: 'tidings keys revoke abc123 --merchant shop-7', what: 'Asks first.' },
    { line: 'tidings keys revoke abc123 --all-merchants --yes', what: 'For scripts.' },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const id = given.argument('key');
    if (!matches(KEY_ID, id)) {
      throw usageFailure(
        'That is no id of a key.',
        'The id is the part between tk_ and the next _. tidings keys list shows it.',
      );
    }
    const path = await pathOf(tools, given.has('all-merchants'));
    await confirmed(given, tools, `What uses key ${id} will be refused within a minute.`);
    await ask({ method: 'DELETE', path: `${path}/${id}` });
    tools.output.item({ keyId: id, revoked: true });
    return undefined;
  },
};

export const keyCommands: readonly Command[] = [list, create, revoke];
