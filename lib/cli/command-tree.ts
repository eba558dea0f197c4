import type { Command, Noun } from './command-line/command.ts';
import { completionCommand } from './command-line/completion-command.ts';
import type { CommandTree } from './command-line/program.ts';
import { endpointCommands } from './endpoints/endpoint-commands.ts';
import { keyCommands } from './keys/key-commands.ts';
import { listen } from './listen/listen-command.ts';
import { merchantCommands } from './merchants/merchant-commands.ts';
import { init } from './setup/init-command.ts';
import { whoami } from './setup/whoami-command.ts';
import { sign, verify } from './signing/signing-commands.ts';
import { ask, get } from './transactions/asking-commands.ts';
import { acknowledge, deliveries, redeliver, undelivered } from './transactions/delivery-commands.ts';
import { record } from './transactions/record-command.ts';
import { unresolvedCommands } from './unresolved/unresolved-commands.ts';

const nouns: readonly Noun[] = [
  { word: 'merchants', summary: 'Merchants and their settings' },
  { word: 'endpoints', summary: 'Where callbacks of a merchant go' },
  { word: 'keys', summary: 'Who may call the API' },
];

/** In the order in which help shows them. */
const commands: readonly Command[] = [
  init,
  whoami,
  record,
  get,
  ask,
  deliveries,
  undelivered,
  redeliver,
  acknowledge,
  ...unresolvedCommands,
  ...merchantCommands,
  ...endpointCommands,
  ...keyCommands,
  listen,
  verify,
  sign,
  completionCommand(nouns, () => commands),
];

/** All commands. @param version of the package */
export function commandTree(version: string): CommandTree {
  return { nouns, commands, version };
}
