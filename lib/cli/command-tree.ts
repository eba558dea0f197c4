import type { Command, Noun } from './command-line/command.ts';
import { completionCommand } from './command-line/completion-command.ts';
import type { CommandTree } from './command-line/program.ts';
import { endpointCommands } from './endpoints/endpoint-commands.ts';
import { keyCommands } from './keys/key-commands.ts';
import { merchantCommands } from './merchants/merchant-commands.ts';
import { init } from './setup/init-command.ts';
import { whoami } from './setup/whoami-command.ts';

const nouns: readonly Noun[] = [
  { word: 'merchants', summary: 'Merchants and their settings' },
  { word: 'endpoints', summary: 'Where callbacks of a merchant go' },
  { word: 'keys', summary: 'Who may call the API' },
];

const commands: readonly Command[] = [
  init,
  whoami,
  ...merchantCommands,
  ...endpointCommands,
  ...keyCommands,
  completionCommand(nouns, () => commands),
];

/** All commands. @param version of the package */
export function commandTree(version: string): CommandTree {
  return { nouns, commands, version };
}
