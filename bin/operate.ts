import { parseArgs } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDeadLetterQueue } from '../lib/adapters/queues/redrive.ts';
import type { DeadLetter, DeadLetterQueue, RedriveCounts } from '../lib/core/deliver/aside/dead-letters.ts';
import { printable, printableLines } from '../lib/printable.ts';
import { optionsProblem } from './operating/command-options.ts';
import { findDeployment } from './operating/deployment.ts';
import { exportLines } from './operating/print-outputs.ts';
import { PARKED_HELP, runParked } from './parked/parked-command.ts';
import { openParkedTools } from './parked/tools.ts';

const HELP = `Usage: npm run <command> -- [options]

Commands:
  redrive    Put dead letters back into their lanes, and show those that cannot be put back.
  parked     List records that could not be relayed, and put them back. See \`npm run parked -- --help\`.
  outputs    Print the stack's outputs as shell variables: eval "$(npm run --silent outputs)". See docs/runbook.md.

Options:
  --data-dir DIR         data directory of the service that runs on this machine (.tidings)
  --dry-run              redrive: only show the messages (this hides them from other readers for up to a minute)
  --outputs FILE         on AWS: the file that \`npm run deploy\` writes. For redrive, or pass all three queue URLs:
  --dead-letter-url URL
  --retry-queue-url URL
  --check-queue-url URL  (they are outputs of the stack)
  --help                 show this text
`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string', default: '.tidings' },
        'dry-run': { type: 'boolean', default: false },
        'dead-letter-url': { type: 'string' },
        'retry-queue-url': { type: 'string' },
        'check-queue-url': { type: 'string' },
        json: { type: 'boolean', default: false },
        outputs: { type: 'string' },
        all: { type: 'boolean', default: false },
        days: { type: 'string', default: '14' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${optionsProblem(error)}\n--help shows all options.\n`);
    process.exit(2);
  }
}

const { values, positionals } = readArguments();
const write = (text: string) => void process.stdout.write(`${printableLines(text)}\n`);

interface RedriveQueues {
  readonly sqs: SQSClient;
  readonly deadLetterUrl: string;
  readonly queueUrls: { readonly retry: string; readonly check: string };
}

/** The queues given as options. Default: those of the deployment. */
function queues(): RedriveQueues {
  const { 'dead-letter-url': deadLetterUrl, 'retry-queue-url': retry, 'check-queue-url': check } = values;
  if (deadLetterUrl !== undefined && retry !== undefined && check !== undefined) {
    return { sqs: new SQSClient({}), deadLetterUrl, queueUrls: { retry, check } };
  }
  if ([deadLetterUrl, retry, check].some((url) => url !== undefined)) {
    throw new Error(
      'Give all three of --dead-letter-url, --retry-queue-url and --check-queue-url, or only --outputs.',
    );
  }
  const { DeadLetterUrl, RetryQueueUrl, CheckQueueUrl } = deployment();
  return {
    sqs: new SQSClient({}),
    deadLetterUrl: DeadLetterUrl,
    queueUrls: { retry: RetryQueueUrl, check: CheckQueueUrl },
  };
}

function deployment() {
  return findDeployment({ outputsFile: values.outputs, dataDir: values['data-dir'] });
}

function parked(): Promise<number> {
  const [, verb, ...ids] = positionals;
  const { all, days, json } = values;
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const tools = { ...openParkedTools(deployment(), note), nowMs: Date.now(), write, note };
  return runParked({ verb, ids, all, days, json }, tools);
}

async function printOutputs(): Promise<number> {
  const lines = exportLines({ outputsFile: values.outputs, dataDir: values['data-dir'] });
  for (const line of lines) write(line);
  return 0;
}

async function runRedrive(): Promise<void> {
  const isDry = values['dry-run'];
  const { queueUrls, ...where } = queues();
  const queue = createDeadLetterQueue({
    ...where,
    back: { queue: 'lanes', ...queueUrls },
    now: Date.now,
    onLetter: (letter, goesBack) => write(lineOf(letter, goesBack && (isDry ? 'found' : 'back '))),
  });
  const counts = isDry ? await lookAtAll(queue) : await redriveAll(queue);
  const atLeast = counts.isDone ? '' : 'at least ';
  write(
    `dead letters: ${atLeast}${counts.redriven} ${isDry ? 'could be put back' : 'put back'} · ${atLeast}${counts.left} left`,
  );
}

const NO_END = Number.POSITIVE_INFINITY;

async function lookAtAll(queue: DeadLetterQueue): Promise<RedriveCounts> {
  const { letters, isWhole } = await queue.look(NO_END);
  const redriven = letters.filter(({ canGoBack }) => canGoBack).length;
  return { redriven, left: letters.length - redriven, isDone: isWhole };
}

/** What comes back to the queue meanwhile stays: its cause is not removed. */
const redriveAll = (queue: DeadLetterQueue): Promise<RedriveCounts> =>
  queue.redrive({ limit: NO_END, beforeMs: Date.now(), deadlineMs: NO_END });

function lineOf({ message, body, reason }: DeadLetter, verb: string | false): string {
  if (message === undefined || verb === false)
    return `✗ left    ${printable(`${reason}: ${body.slice(0, 100)}`)}`;
  return `✓ ${verb}   ${message.merchantId}/${message.transactionId} ${targetOf(message)} (${printable(reason)})`;
}

function targetOf(message: object): string {
  return 'endpointId' in message ? `for ${message.endpointId}` : 'to be checked';
}

/** Each command with its help. `run` returns the exit status; undefined means 0. */
const commands: Readonly<
  Record<string, { readonly help: string; readonly run: () => Promise<number | undefined> }>
> = {
  redrive: { help: HELP, run: () => runRedrive().then(() => undefined) },
  parked: { help: PARKED_HELP, run: parked },
  outputs: { help: HELP, run: printOutputs },
};

const command = commands[positionals[0] ?? ''];

function fail(error: Error): void {
  process.stderr.write(`${printableLines(error.message)}\n`);
  process.exitCode = 1;
}

process.once('uncaughtException', (error) => {
  fail(error);
  process.exit();
});

if (values.help || command === undefined) {
  process.stdout.write(command?.help ?? HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    process.exitCode = (await command.run()) ?? 0;
  } catch (error) {
    fail(error as Error);
  }
}
