import { DEAD_LETTER_QUEUES } from '../../protocol/contract-words.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Option } from '../command-line/command.ts';
import { confirmed } from '../command-line/confirmation.ts';
import { EXIT } from '../command-line/exit-status.ts';
import { YES } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';

/** As many as one request shows of each queue. */
const SHOWN = '30';

const columns: readonly Column<JsonObject>[] = [
  { title: 'queue', of: textIn('queue') },
  { title: 'sent', of: textIn('sentAt') },
  { title: 'goes back', of: ({ canGoBack }) => (canGoBack === true ? 'yes' : 'no') },
  { title: 'about', of: aboutOf, atMost: 28 },
  { title: 'reason', of: textIn('reason'), atMost: 40 },
];

function aboutOf({ merchantId, transactionId, body }: JsonObject): string {
  return transactionId === undefined ? String(body) : `${String(merchantId)}/${String(transactionId)}`;
}

const list: Command = {
  words: ['dead-letters', 'list'],
  summary: 'Show messages that failed too often, and why',
  details: `The first ${SHOWN} of each queue. Letters that are shown are hidden from other readers for a moment.`,
  options: [],
  examples: [
    { line: 'tidings dead-letters list', what: 'Of both queues, with an admin key.' },
    { line: 'tidings dead-letters list --json', what: 'With their bodies, one letter a line.' },
  ],
  async run(_given, { service, output }) {
    const { ask } = await service();
    const answer = await ask({ method: 'GET', path: '/v1/dead-letters', parameters: { limit: SHOWN } });
    const queues = Array.isArray(answer.queues) ? answer.queues.filter(isObject) : [];
    await output.list(lettersOf(queues), { columns, empty: 'There are no dead letters.' });
    for (const { queue, count } of queues) output.note(`${String(queue)}: about ${String(count)}`);
    return EXIT.done;
  },
};

async function* lettersOf(queues: readonly JsonObject[]): AsyncIterable<readonly JsonObject[]> {
  for (const { queue, items } of queues) {
    yield (Array.isArray(items) ? items.filter(isObject) : []).map((letter) => ({ queue, ...letter }));
  }
}

const QUEUE: Option = {
  name: 'queue',
  value: 'NAME',
  summary: 'only this one; default: both',
  choices: DEAD_LETTER_QUEUES,
};

const putBack: Command = {
  words: ['dead-letters', 'put-back'],
  summary: 'Put dead letters back where they came from',
  details:
    'Remove their cause first. Letters that nobody can read stay, and so do those that fail again meanwhile: then the status ' +
    'is 1. Each letter is sent before it is deleted, so the command may be stopped and repeated.',
  options: [QUEUE, YES],
  examples: [
    { line: 'tidings dead-letters put-back', what: 'Asks first.' },
    { line: 'tidings dead-letters put-back --queue lanes --yes --json', what: 'For scripts.' },
  ],
  async run(given, tools) {
    const { output, service } = tools;
    const opened = await service();
    await confirmed(given, tools, 'Dead letters go back to their queues, and their callbacks are sent.');
    const named = given.text('queue');
    let left = 0;
    for (const queue of DEAD_LETTER_QUEUES.filter((each) => named === undefined || each === named)) {
      const result = await redriveAll(opened, queue, (count) => output.note(`${queue}: ${count} put back`));
      output.json(result);
      output.line(`${queue.padEnd(8)}${result.redriven} put back · ${result.left} left`);
      left += result.left;
    }
    return left === 0 ? EXIT.done : EXIT.failed;
  },
};

interface Redriven {
  readonly queue: string;
  readonly redriven: number;
  readonly left: number;
}

/** Asks until nothing goes back any more. The first request's time bounds all: what fails again at once is left. */
async function redriveAll(
  { ask }: Service,
  queue: string,
  onStep: (count: number) => void,
): Promise<Redriven> {
  let [redriven, left] = [0, 0];
  let before: unknown;
  for (;;) {
    const body = { queue, ...(typeof before === 'string' && { before }) };
    const step = await ask({ method: 'POST', path: '/v1/dead-letters/redrive', body });
    const count = Number(step.redriven);
    redriven += count;
    // A letter that stays is hidden for a while after it was seen, so a later step may not see it.
    left = Math.max(left, Number(step.left));
    if (step.isDone === true || count === 0) return { queue, redriven, left };
    onStep(redriven);
    before = step.before;
  }
}

export const deadLetterCommands: readonly Command[] = [list, putBack];
