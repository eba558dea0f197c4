import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deployStack } from '../lib/emulators/deploy-stack.ts';
import { EmulatorError } from '../lib/emulators/emulator-error.ts';
import { rootKeyOf } from '../lib/emulators/root-key.ts';
import { stackAddress } from '../lib/emulators/stack-address.ts';
import { printable, printableLines } from '../lib/printable.ts';
import { optionsOrExit } from './operating/command-options.ts';

const OUTPUTS_FILE = 'localstack.outputs.json';
const ASSEMBLY_DIRECTORY = 'cdk.out.localstack';
/** The community edition has no HTTP API, so the service gets a function URL. */
const FRONT_DOOR = 'function-url';

const HELP = `Deploys the service to LocalStack, or to another emulator on the same port, by cdklocal.

Usage: npm run localstack:deploy -- [options]

  --endpoint URL    the emulator (http://localhost:4566)
  --front-door KIND function-url or http-api (${FRONT_DOOR}: LocalStack's community edition has no HTTP API)
  --help            show this text

Start the emulator first: docker compose --profile localstack up -d. The outputs go to ${OUTPUTS_FILE}, which npm run e2e -- --target localstack
reads.
`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const note = (line: string) => void process.stderr.write(`${printable(line)}\n`);

interface Options {
  readonly endpoint: string;
  readonly frontDoor: string;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      endpoint: { type: 'string', default: 'http://localhost:4566' },
      'front-door': { type: 'string', default: FRONT_DOOR },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const endpoint = values.endpoint.replace(/\/+$/, '');
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new Error(`--endpoint needs an http or https URL, not ${endpoint}.`);
  }
  return { endpoint, frontDoor: values['front-door'] };
}

async function deploy({ endpoint, frontDoor }: Options): Promise<void> {
  await assertAnswering(endpoint);
  const outputs = await deployStack({
    rootDir: ROOT,
    endpoint,
    command: 'cdklocal',
    assemblyDir: join(ROOT, ASSEMBLY_DIRECTORY),
    context: { preset: 'local', frontDoor },
    log: note,
  });
  const apiUrl = stackAddress(outputs);
  writeFileSync(OUTPUTS_FILE, `${JSON.stringify({ Tidings: outputs }, null, 2)}\n`);
  const rootKey = await rootKeyOf(endpoint, outputs.RootKeySecret ?? '');
  process.stdout.write(`Tidings ready: ${apiUrl}
root key:      ${rootKey}

Try (a receiver on this machine is host.docker.internal for functions in containers):
  npm run e2e -- --target localstack --receiver-host host.docker.internal
`);
}

async function assertAnswering(endpoint: string): Promise<void> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(10_000) });
  } catch {
    throw new EmulatorError(
      `Nothing answers at ${endpoint}. Start LocalStack (docker compose --profile localstack up -d), or name another emulator by --endpoint.`,
    );
  }
}

const options = optionsOrExit('npm run localstack:deploy', readOptions);
try {
  if (options === undefined) process.stdout.write(HELP);
  else await deploy(options);
} catch (error) {
  const { message, stack = message } = error as Error;
  process.stderr.write(`${printableLines(error instanceof EmulatorError ? message : stack)}\n`);
  process.exitCode = 1;
}
