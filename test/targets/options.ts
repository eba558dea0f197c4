import { parseArgs } from 'node:util';
import { journeys } from './journeys/all-journeys.ts';
import { receiverAt } from './starters/receiver-address.ts';
import type { Journey } from './suite/scene.ts';
import { type ReceiverAddress, UsageError } from './target.ts';

const TARGETS = ['local', 'ministack', 'localstack', 'aws'] as const;
export type TargetName = (typeof TARGETS)[number];

export const HELP = `Runs one end-to-end suite against any target, from outside: its API, and receivers on this machine.

Usage: npm run e2e -- --target local|ministack|localstack|aws [options]

  --target NAME         local       starts the embedded cloud in a fresh directory
                        ministack   starts MiniStack (Python) on a free port and deploys the template
                        localstack  the stack that npm run localstack:deploy deployed
                        aws         a deployed stack, by --outputs or by --api-url and --root-key
  --api-url URL         address of a running target; nothing is started then
  --root-key KEY        its first admin key, tk_root_…
  --outputs FILE        what cdk deploy --outputs-file wrote: address, intake queue, table
                        (aws: tidings.outputs.json, localstack: localstack.outputs.json)
  --profile NAME        AWS profile: reads the root key, and sends to the intake queue and the event bus
  --receiver-host HOST  host under which the target reaches this machine, or an http(s) URL that leads to
                        --receiver-port (127.0.0.1; aws: none)
  --receiver-port N     port of the receivers (0 takes a free one)
  --journey NAME        only this one; may be repeated
  --report FILE         also writes the table: .md or .json; may be repeated
  --list                lists the journeys
  --help                show this text

Each run creates merchants named e2e-<run>-…, and leaves them. On AWS, use a stack that is not in production.

Exit status: 0 all passed or cannot be done there · 1 a journey failed · 2 wrong usage, or the target is not reachable
`;

export interface E2eOptions {
  readonly target: TargetName;
  readonly apiUrl: string | undefined;
  readonly rootKey: string | undefined;
  readonly outputs: string | undefined;
  readonly profile: string | undefined;
  readonly receiver: ReceiverAddress | undefined;
  readonly journeys: readonly Journey[];
  readonly reports: readonly string[];
}

/** @throws UsageError that names the wrong option */
export function readOptions(args: readonly string[]): E2eOptions | 'help' | 'list' {
  const values = parsed(args);
  if (values.help) return 'help';
  if (values.list) return 'list';
  const port = Number(values['receiver-port']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--receiver-port needs a number from 0 to 65535, not ${values['receiver-port']}.`);
  }
  const host = values['receiver-host'];
  return {
    target: targetOf(values.target),
    apiUrl: values['api-url'] === undefined ? undefined : addressOf(values['api-url']),
    rootKey: values['root-key'] === undefined ? undefined : rootKeyOf(values['root-key']),
    outputs: values.outputs,
    profile: values.profile,
    receiver: host === undefined ? undefined : receiverAt(host, port),
    journeys: journeysOf(values.journey),
    reports: (values.report ?? []).map(reportOf),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        target: { type: 'string' },
        'api-url': { type: 'string' },
        'root-key': { type: 'string' },
        outputs: { type: 'string' },
        profile: { type: 'string' },
        'receiver-host': { type: 'string' },
        'receiver-port': { type: 'string', default: '0' },
        journey: { type: 'string', multiple: true },
        report: { type: 'string', multiple: true },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function targetOf(name: string | undefined): TargetName {
  const target = TARGETS.find((one) => one === name);
  if (target !== undefined) return target;
  const said = name === undefined ? 'No --target was given.' : `There is no target ${name}.`;
  throw new UsageError(`${said} Choose one: ${TARGETS.join(', ')}.`);
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '');
  throw new UsageError(
    `--api-url needs an http or https URL, not ${text}. It is the output ApiUrl of the stack.`,
  );
}

function rootKeyOf(text: string): string {
  if (text.startsWith('tk_root_')) return text;
  throw new UsageError(
    '--root-key needs tk_root_ and the value of the secret that the output RootKeySecret names.',
  );
}

function journeysOf(names: readonly string[] | undefined): readonly Journey[] {
  if (names === undefined) return journeys;
  return names.map((name) => {
    const journey = journeys.find((one) => one.name === name);
    if (journey !== undefined) return journey;
    throw new UsageError(
      `There is no journey ${name}. Choose from ${journeys.map((one) => one.name).join(', ')}.`,
    );
  });
}

function reportOf(file: string): string {
  if (/\.(md|json)$/.test(file)) return file;
  throw new UsageError(`--report needs a file that ends in .md or .json, not ${file}.`);
}
