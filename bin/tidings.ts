import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import { redrive } from '../lib/adapters/redrive.ts';
import { tryOne } from '../lib/local/demo/try-one.ts';

const HELP = `Usage: npm run <command> -- [options]

  try       records one outcome on the service that \`npm start\` runs, waits for its callback, verifies it, and
            prints both together with the same as curl
  redrive   puts dead letters back into the lane that they came from, and shows what cannot be put back

  --data-dir DIR         of the service that runs on this machine (.tidings)
  --dry-run              redrive: only look (what is looked at is hidden from others for up to a minute)
  --dead-letter-url URL  redrive on AWS: the queues' URLs, which are outputs of the stack
  --retry-queue-url URL
  --check-queue-url URL
  --help                 this text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'data-dir': { type: 'string', default: '.tidings' },
    'dry-run': { type: 'boolean', default: false },
    'dead-letter-url': { type: 'string' },
    'retry-queue-url': { type: 'string' },
    'check-queue-url': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => void process.stdout.write(`${line}\n`);

/** The queues that were named, or those of the service on this machine. */
function queues(): {
  readonly sqs: SQSClient;
  readonly deadLetterUrl: string;
  readonly queueUrls: { readonly retry: string; readonly check: string };
} {
  const { 'dead-letter-url': deadLetterUrl, 'retry-queue-url': retry, 'check-queue-url': check } = values;
  if (deadLetterUrl !== undefined && retry !== undefined && check !== undefined) {
    return { sqs: new SQSClient({}), deadLetterUrl, queueUrls: { retry, check } };
  }
  const file = join(values['data-dir'], 'queues.json');
  if (!existsSync(file)) {
    throw new Error(
      `No service runs from ${values['data-dir']}. Run npm start in another terminal first, or name the queues of a ` +
        'deployment with --dead-letter-url, --retry-queue-url and --check-queue-url.',
    );
  }
  const local = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly endpoint: string;
    readonly dead: string;
    readonly retry: string;
    readonly check: string;
  };
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    sqs: new SQSClient({ endpoint: local.endpoint, region: 'us-east-1', credentials }),
    deadLetterUrl: local.dead,
    queueUrls: local,
  };
}

async function runRedrive(): Promise<void> {
  const isDry = values['dry-run'];
  const counts = await redrive({
    ...queues(),
    isDry,
    onMessage: ({ message, body, reason }) =>
      write(
        message === undefined
          ? `✗ left    ${reason}: ${body.slice(0, 100)}`
          : `✓ ${isDry ? 'found' : 'back '}   ${message.merchantId}/${message.transactionId} ${aimOf(message)} (${reason})`,
      ),
  });
  const atLeast = counts.isWhole ? '' : 'at least ';
  write(
    `dead letters: ${atLeast}${counts.redriven} ${isDry ? 'could be put back' : 'put back'} · ${atLeast}${counts.left} left`,
  );
}

function aimOf(message: object): string {
  return 'endpointId' in message ? `for ${message.endpointId}` : 'to be checked';
}

const commands: Readonly<Record<string, () => Promise<void>>> = {
  try: () => tryOne({ dataDir: values['data-dir'], write }),
  redrive: runRedrive,
};

const command = commands[positionals[0] ?? ''];
if (values.help || command === undefined) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await command();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
