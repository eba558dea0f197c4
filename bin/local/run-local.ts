import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { endWithNpm } from '../../lib/end-with-npm.ts';
import { createApi, expectStatus } from '../../lib/local/api-client.ts';
import { type LocalCloud, type LocalCloudError, startLocalCloud } from '../../lib/local/cloud.ts';
import { provideCredentials } from '../../lib/local/credentials.ts';
import type { DemoReceiver } from '../../lib/local/demo/demo-receiver.ts';
import { openLogFile } from '../../lib/local/logging/log-file.ts';
import { prepareDataDirectory } from '../../lib/local/storage/data-directory.ts';
import { writeWholeFile } from '../../lib/local/storage/whole-file.ts';
import { ASSEMBLIES_DIRECTORY, synthesize } from '../../lib/local/synthesis/synthesize.ts';
import { LOCAL_REGION } from '../../lib/local/template/intrinsics.ts';
import { printable, printableLines } from '../../lib/printable.ts';
import { optionsOrExit, portOf } from '../operating/command-options.ts';
import { DEPLOYMENT_FILE, type Deployment } from '../operating/deployment.ts';
import { runDemo } from './run-demo.ts';
import { startFailureText } from './start-failure.ts';

const HELP = `Runs the whole service on this machine, from the same template and bundles that are deployed.

Usage: npm start -- [options]

  --port N           port of the HTTP API on 127.0.0.1 (4510; 0 takes a free one)
  --data-dir DIR     directory for all data, kept between runs (.tidings)
  --fresh            empty the data directory first (refused if it is in use or was not created by this command)
  --no-demo          start only the service, without the demo's merchant and receiver
  --receiver-port N  port of the demo's receiver (4511)
  --workers N        batches of each queue that run at once (50), unless the template allows fewer
  --help             show this text

Environment:
  TIDINGS_DYNAMODB_ENDPOINT, TIDINGS_SQS_ENDPOINT   use these instead of the embedded emulators
  TIDINGS_DYNOXIDE_BIN                              path of the DynamoDB emulator, if npm has no package for this platform
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function readArguments() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4510' },
      'data-dir': { type: 'string', default: '.tidings' },
      'receiver-port': { type: 'string', default: '4511' },
      workers: { type: 'string', default: '50' },
      fresh: { type: 'boolean', default: false },
      'no-demo': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    port: portOf('port', values.port),
    receiverPort: portOf('receiver-port', values['receiver-port']),
    workers: workersOf(values.workers),
  };
}

const MAX_WORKERS = 100;

function workersOf(text: string): number {
  const workers = Number(text);
  if (Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw new Error(`--workers needs a number from 1 to ${MAX_WORKERS}, not ${text}.`);
}

performance.mark('tidings:loaded');
const args = optionsOrExit('npm start', readArguments);

/** Short times, and callbacks to receivers on this machine. */
const CONTEXT = { preset: 'local' };
const LOCAL_SCHEDULE_SECONDS = 5;

async function main(): Promise<void> {
  if (args.help) {
    process.stdout.write(HELP);
    return;
  }
  const ending = new AbortController();
  const end = () => {
    // A second signal stops at once. This also ends the emulator.
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  endWithNpm('bin/local.ts', () => ending.abort());
  // Nobody reads the output any more, as in `npm start | head`: stop as on Ctrl-C.
  process.stdout.on('error', () => ending.abort());
  const dataDir = prepareDataDirectory(args['data-dir'], args.fresh);

  const assembly = await synthesize(ROOT, join(ROOT, ASSEMBLIES_DIRECTORY), CONTEXT);
  performance.mark('tidings:assembled');
  if (assembly.isNew) process.stderr.write(`Synthesized the template into ${ASSEMBLIES_DIRECTORY}\n`);
  if (ending.signal.aborted) return;
  const cloud = await startCloud(assembly.directory, dataDir);
  performance.mark('tidings:cloud');
  let receiver: DemoReceiver | undefined;
  try {
    receiver = await serve(cloud, dataDir, { signal: ending.signal, end });
    await Promise.race([ended(ending.signal), cloud.broken.then(refuse)]);
  } finally {
    process.stderr.write('Stopping: running deliveries get 10 s. Press Ctrl-C again to stop now …\n');
    try {
      await receiver?.stop();
    } finally {
      await cloud.stop();
    }
  }
}

function startCloud(assemblyDir: string, dataDir: string): Promise<LocalCloud> {
  const log = openLogFile(join(dataDir, 'tidings.log'), {
    onLoss: (message) => process.stderr.write(`${printable(message)}\n`),
  });
  const {
    TIDINGS_DYNAMODB_ENDPOINT: dynamodbEndpoint,
    TIDINGS_SQS_ENDPOINT: sqsEndpoint,
    TIDINGS_CALLBACK_PORTS: callbackPorts,
  } = process.env;
  return startLocalCloud({
    assemblyDir,
    dataDir,
    port: args.port,
    ...(callbackPorts !== undefined && { environment: { TIDINGS_CALLBACK_PORTS: callbackPorts } }),
    scheduleSeconds: LOCAL_SCHEDULE_SECONDS,
    workers: args.workers,
    ...(dynamodbEndpoint !== undefined && { dynamodbEndpoint }),
    ...(sqsEndpoint !== undefined && { sqsEndpoint }),
    log: (line) => {
      log.line(JSON.stringify(line));
      if (line.source === 'dynamodb' || line.source === 'iam')
        process.stderr.write(`${printable(line.line)}\n`);
    },
  });
}

/** Prints the API's address when it is ready. Runs the demo unless `--no-demo` is set. */
async function serve(
  cloud: LocalCloud,
  dataDir: string,
  run: { readonly signal: AbortSignal; readonly end: () => void },
): Promise<DemoReceiver | undefined> {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  writeAccess(dataDir, cloud);
  const adminKey = `tk_root_${cloud.secretValue('RootKey')}`;
  const ready = () => {
    performance.mark('tidings:ready');
    write(`Tidings ready: ${cloud.apiUrl}`);
  };
  if (args['no-demo']) {
    await provideCredentials({ dataDir, apiUrl: cloud.apiUrl, adminKey });
    ready();
    await writeConsoleLink(write, cloud.apiUrl, adminKey);
    write(
      `API keys: ${join(args['data-dir'], 'credentials.json')}, log: ${join(args['data-dir'], 'tidings.log')}`,
    );
    write('Follow a merchant: npm run tidings -- tail --merchant ID');
    return undefined;
  }
  return runDemo({
    api: cloud.apiUrl,
    adminKey,
    dataDir,
    receiverPort: args.receiverPort,
    signal: run.signal,
    end: run.end,
    onReady: async () => {
      ready();
      await writeConsoleLink(write, cloud.apiUrl, adminKey);
      write(`API keys: ${join(args['data-dir'], 'credentials.json')}`);
    },
  });
}

const LINK_SECONDS = 86_400;

/** Writes a link that logs an operator in with one click. */
async function writeConsoleLink(
  write: (line: string) => void,
  apiUrl: string,
  adminKey: string,
): Promise<void> {
  const body = { expiresInSeconds: LINK_SECONDS };
  const { url } = expectStatus(await createApi(apiUrl)(adminKey, 'POST /v1/portal-links', body), 201).json;
  // On a line of its own: a link that begins further right is cut in two on a narrow terminal.
  write(`Console:\n${url}`);
  write(`The link works once, within 24 h. Later log in with a key of credentials.json:\n${apiUrl}/console`);
}

/** Writes addresses and credentials for the tools and for initiators with an outbox. Only this user may read them. */
function writeAccess(dataDir: string, { endpoints, credentials, outputs, resources }: LocalCloud): void {
  const deployment: Deployment = {
    outputs,
    environment: {
      AWS_REGION: LOCAL_REGION,
      // The AWS CLI's name for it.
      AWS_DEFAULT_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_SQS: endpoints.sqs,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    },
  };
  const table = {
    endpoint: endpoints.dynamodb,
    credentials,
    tableName: resources.find('TidingsTable', 'AWS::DynamoDB::Table').name,
    feedLagSeconds: Number(outputs.FeedLagSeconds),
  };
  for (const [name, content] of Object.entries({ [DEPLOYMENT_FILE]: deployment, 'table.json': table })) {
    writeWholeFile(join(dataDir, name), JSON.stringify(content));
  }
}

function refuse(error: LocalCloudError): never {
  throw error;
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${printableLines(startFailureText(error))}\n`);
  process.exit(1);
}
