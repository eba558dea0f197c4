import { printable } from '../../printable.ts';
import { MERCHANT_ID, matches } from '../../protocol/id-forms.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { systemPauses } from '../../receiver/pauses.ts';
import type { Argument, Command, Tools } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { CommandFailure, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { YES } from '../command-line/shared-options.ts';

/** Erasing a merchant, and what becomes of its rows. */

const ID: Argument = { name: 'id', summary: 'of the merchant, in full' };
/** The job runs every minute. */
const POLL_MS = 5_000;

function idIn(given: Given): string {
  const id = given.argument('id');
  if (!matches(MERCHANT_ID, id)) throw usageFailure(`${id} is no merchant's id.`);
  return id;
}

const erase: Command = {
  words: ['merchants', 'erase'],
  summary: 'Erase a merchant for good. Its id is never used again',
  details:
    'Its keys end, its endpoints get nothing more, and nothing of it can be asked any more. Its rows and files are deleted later. Nobody can undo it.',
  arguments: [ID],
  options: [YES],
  examples: [
    { line: 'tidings merchants erase shop-7', what: 'Asks first.' },
    { line: 'tidings merchants erase shop-7 --yes --json', what: 'For scripts.' },
  ],
  async run(given, tools) {
    const { ask } = await tools.service();
    const id = idIn(given);
    const path = `/v1/merchants/${id}`;
    try {
      // The service erases nothing yet, and says what it would erase. Repeating it for an erased merchant ends the work.
      tools.output.item(await ask({ method: 'DELETE', path }));
    } catch (error) {
      const erases = error instanceof CommandFailure ? error.problem?.erases : undefined;
      if (!isObject(erases)) throw error;
      const { name, endpoints } = erases;
      const what = `Merchant ${id} (${String(name)}, endpoints: ${String(endpoints)})`;
      await confirmed(given, tools, printable(`${what} is erased for good.`));
      tools.output.item(await ask({ method: 'DELETE', path, parameters: { confirm: id } }));
    }
    tools.output.note(`How far its rows and files are deleted: tidings merchants erasure ${id}`);
    return undefined;
  },
};

const erasure: Command = {
  words: ['merchants', 'erasure'],
  summary: 'Show how far the rows and files of an erased merchant are deleted',
  details:
    'First it waits until nothing that was under way can write any more: a quarter of an hour, and until the audit has passed the erasure.',
  arguments: [ID],
  options: [{ name: 'wait', summary: 'until all is deleted' }],
  examples: [
    { line: 'tidings merchants erasure shop-7', what: 'How far is it?' },
    { line: 'tidings merchants erasure shop-7 --wait --json', what: 'For a script.' },
  ],
  async run(given, tools) {
    const id = idIn(given);
    const { ask } = await tools.service();
    const read = () => ask({ method: 'GET', path: `/v1/merchants/${id}/erasure` });
    showErasure(tools.output, given.has('wait') ? await erasedAtLast(read, tools, id) : await read());
    return undefined;
  },
};

/** Follows the deletion to its end. Ctrl-C leaves it running, and says so. */
async function erasedAtLast(
  read: () => Promise<JsonObject>,
  { output, signal }: Tools,
  id: string,
): Promise<JsonObject> {
  let current = await read();
  let told = '';
  try {
    while (current.state !== 'erased') {
      const now = lineOf(current);
      if (now !== told) output.note(now);
      told = now;
      await systemPauses.sleep(POLL_MS, signal);
      current = await read();
    }
  } catch (error) {
    output.note(`The deletion goes on. Look: tidings merchants erasure ${id}`);
    throw error;
  }
  return current;
}

function lineOf({ state, startsNotBefore, deleted }: JsonObject): string {
  if (state === 'waiting') return `waiting; begins after ${String(startsNotBefore)}`;
  const { rows, files } = isObject(deleted) ? deleted : {};
  return `deleting; rows: ${String(rows)}, files: ${String(files)}`;
}

function showErasure(output: Tools['output'], erasure: JsonObject): void {
  const { deleted, ...fields } = erasure;
  const { rows, files } = isObject(deleted) ? deleted : {};
  output.item(output.isJson ? erasure : { ...fields, 'deleted rows': rows, 'deleted files': files });
}

export const erasingCommands: readonly Command[] = [erase, erasure];
