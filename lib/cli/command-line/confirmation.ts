import { confirm, isCancel } from '@clack/prompts';
import type { Tools } from './command.ts';
import { CommandFailure, EXIT, usageFailure } from './exit-status.ts';
import type { Given } from './given.ts';

/**
 * Asks before something that cannot be undone. `--yes` answers for scripts.
 *
 * @throws CommandFailure if the user says no, or cannot be asked
 */
export async function confirmed(given: Given, { terminal, signal }: Tools, what: string): Promise<void> {
  if (given.has('yes')) return;
  if (terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) {
    throw usageFailure(`${what} This needs a confirmation.`, 'Repeat it with --yes.');
  }
  const answer = await confirm({
    message: `${what} Go on?`,
    initialValue: false,
    output: process.stderr,
    signal,
  });
  if (isCancel(answer)) throw new CommandFailure(EXIT.interrupted, 'interrupted', 'Nothing was changed.');
  if (answer !== true) throw new CommandFailure(EXIT.failed, 'not_confirmed', 'Nothing was changed.');
}
