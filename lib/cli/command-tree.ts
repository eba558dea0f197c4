import type { Command, Noun } from './command-line/command.ts';
import { completionCommand } from './command-line/completion-command.ts';
import type { CommandTree } from './command-line/program.ts';
import { doctor } from './doctor/doctor-command.ts';
import { endpointCommands } from './endpoints/endpoint-commands.ts';
import { keyCommands } from './keys/key-commands.ts';
import { listen } from './listen/listen-command.ts';
import { merchantCommands } from './merchants/merchant-commands.ts';
import { alerts, auditLog } from './operating/logs-commands.ts';
import { portal } from './operating/portal-command.ts';
import { status } from './operating/status-command.ts';
import { deadLetterCommands } from './put-back/dead-letter-commands.ts';
import { parkedCommands } from './put-back/parked-commands.ts';
import { reconcile } from './reconcile/reconcile-command.ts';
import { jobCommands } from './replay/job-commands.ts';
import { replay } from './replay/replay-command.ts';
import { exportCommand } from './settings-file/export-command.ts';
import { importCommand } from './settings-file/import-command.ts';
import { init } from './setup/init-command.ts';
import { tryCommand } from './setup/try-command.ts';
import { whoami } from './setup/whoami-command.ts';
import { sign, verify } from './signing/signing-commands.ts';
import { statement } from './statement/statement-command.ts';
import { tail } from './tail/tail-command.ts';
import { ask, get } from './transactions/asking-commands.ts';
import { acknowledge, deliveries, redeliver, undelivered } from './transactions/delivery-commands.ts';
import { record } from './transactions/record-command.ts';
import { trigger } from './trigger/trigger-command.ts';
import { unresolvedCommands } from './unresolved/unresolved-commands.ts';

const nouns: readonly Noun[] = [
  { word: 'merchants', summary: 'Merchants and their settings' },
  { word: 'endpoints', summary: 'Where callbacks of a merchant go' },
  { word: 'jobs', summary: 'Jobs that send callbacks of a time again' },
  { word: 'dead-letters', summary: 'Messages that failed too often' },
  { word: 'parked', summary: 'Records of the stream that could not be relayed' },
  { word: 'keys', summary: 'Who may call the API' },
];

/** In the order in which help shows them. */
const commands: readonly Command[] = [
  init,
  whoami,
  status,
  tryCommand,
  record,
  get,
  ask,
  deliveries,
  tail,
  undelivered,
  redeliver,
  acknowledge,
  replay,
  ...jobCommands,
  ...unresolvedCommands,
  ...merchantCommands,
  ...endpointCommands,
  ...keyCommands,
  portal,
  exportCommand,
  importCommand,
  reconcile,
  statement,
  alerts,
  auditLog,
  ...deadLetterCommands,
  ...parkedCommands,
  listen,
  trigger,
  doctor,
  verify,
  sign,
  completionCommand(nouns, () => commands),
];

/** All commands. @param version of the package */
export function commandTree(version: string): CommandTree {
  return { nouns, commands, version };
}
