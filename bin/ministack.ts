import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EmulatorError } from '../lib/emulators/emulator-error.ts';
import { installMiniStack, MINISTACK_VERSION } from '../lib/emulators/ministack.ts';
import { startServiceOnMiniStack } from '../lib/emulators/service-on-ministack.ts';
import { endWithNpm } from '../lib/end-with-npm.ts';
import { printable, printableLines } from '../lib/printable.ts';
import { optionsOrExit, portOf } from './operating/command-options.ts';

const HELP = `Runs the service on MiniStack ${MINISTACK_VERSION}, an emulator of AWS that somebody else wrote (Python, MIT).

Usage: npm run ministack -- [options]

  --port N    port of MiniStack on 127.0.0.1 (0 takes a free one)
  --install   only install it; fails with one sentence where that is not possible
  --help      show this text

The first run installs MiniStack with pip into ~/.cache/tidings (XDG_CACHE_HOME). It needs Python 3.10 with venv. The
service is deployed by the CDK, with the preset "local". Ctrl-C stops both; nothing is kept.
`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const note = (line: string) => void process.stderr.write(`${printable(line)}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, port: portOf('port', values.port) };
}

async function run(port: number): Promise<void> {
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.resolve());
  endWithNpm('bin/ministack.ts', () => ended.resolve());
  const starting = startServiceOnMiniStack(ROOT, { port, log: note });
  const service = await Promise.race([starting, ended.promise]);
  if (service === undefined) {
    note('Stopping …');
    await starting.then((started) => started.stop()).catch(() => undefined);
    return;
  }
  try {
    process.stdout.write(welcome(service));
    await Promise.race([ended.promise, service.broken]);
  } finally {
    note('Stopping …');
    await service.stop();
  }
}

function welcome(service: {
  readonly apiUrl: string;
  readonly rootKey: string;
  readonly endpoint: string;
}): string {
  const { apiUrl, rootKey, endpoint } = service;
  return `Tidings ready: ${apiUrl}
root key:      ${rootKey}
AWS endpoint:  ${endpoint}   (AWS_ENDPOINT_URL; any credentials, us-east-1)

Try:
  API='${apiUrl}' KEY=${rootKey}
  curl "$API/v1/merchants" -X POST -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\
    -d '{"merchantId":"demo","name":"Demo"}'
  npm run e2e -- --target ministack --api-url "$API" --root-key $KEY
`;
}

const options = optionsOrExit('npm run ministack', readOptions);
try {
  if (options.help) process.stdout.write(HELP);
  else if (options.install) await installMiniStack({ log: note });
  else await run(options.port);
} catch (error) {
  const { message, stack = message } = error as Error;
  process.stderr.write(`${printableLines(error instanceof EmulatorError ? message : stack)}\n`);
  process.exitCode = 1;
}
