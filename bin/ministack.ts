import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EmulatorError } from '../lib/emulators/emulator-error.ts';
import { MINISTACK_VERSION } from '../lib/emulators/ministack.ts';
import { startServiceOnMiniStack } from '../lib/emulators/service-on-ministack.ts';
import { printable, printableLines } from '../lib/printable.ts';

const HELP = `Runs the service on MiniStack ${MINISTACK_VERSION}, an emulator of AWS that somebody else wrote (Python, MIT).

Usage: npm run ministack -- [options]

  --port N   port of MiniStack on 127.0.0.1 (0 takes a free one)
  --help     show this text

The first run installs MiniStack with pip into ~/.cache/tidings (XDG_CACHE_HOME). It needs Python 3.10 with venv. The
service is deployed by the CDK, with the preset "local". Ctrl-C stops both; nothing is kept.
`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const note = (line: string) => void process.stderr.write(`${printable(line)}\n`);

function readPort(): number | undefined {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new EmulatorError(`--port needs a number from 0 to 65535, not ${values.port}.`);
}

async function run(port: number): Promise<void> {
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.resolve());
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

try {
  const port = readPort();
  if (port === undefined) process.stdout.write(HELP);
  else await run(port);
  process.exitCode = 0;
} catch (error) {
  const { code, message, stack = message } = error as Error & { code?: string };
  const isExpected = error instanceof EmulatorError || code?.startsWith('ERR_PARSE_ARGS') === true;
  process.stderr.write(`${printableLines(isExpected ? message : stack)}\n`);
  process.exitCode = code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1;
}
