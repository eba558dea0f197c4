import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_ADDRESS } from '../template.ts';
import type { EventsToServe, Served } from './instance.ts';
import type { Sent, StandInAws } from './stand-in-aws.ts';
import type { Work } from './work.ts';

const INSTANCE = fileURLToPath(new URL('./instance.ts', import.meta.url));
/** Events that a new process serves first: code that has run only a few times is slower, and caches are empty. */
const FIRST_EVENTS = 10;
/** Notifications that are served before measuring, so that the code is compiled. */
const WARM_UP = 500;

/** Figures of one notification, except the heap. */
export interface WorkMeasured {
  readonly cpuMs: number;
  /** The same for the first events of a new process, without its start. */
  readonly firstCpuMs: number;
  /** Calls to AWS. */
  readonly calls: number;
  /** Bytes of the requests to AWS. */
  readonly bytes: number;
  readonly heapBytes: number;
}

export interface WorkToMeasure {
  readonly aws: StandInAws;
  readonly work: Work;
  readonly bundles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Notifications a round. */
  readonly notifications: number;
  readonly rounds: number;
  /** Directory for CPU profiles. */
  readonly profiles: string | undefined;
}

/** Measures each bundle with the same work, in turns, so that other load meets all of them. */
export async function measureWork(options: WorkToMeasure): Promise<readonly WorkMeasured[]> {
  const found: WorkMeasured[][] = options.bundles.map(() => []);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [index, bundle] of options.bundles.entries()) {
      found[index]?.push(await measureInstance(options, bundle));
    }
  }
  return found.map(leastOf);
}

/** Other load only adds to a time, so the least counts. */
function leastOf(rounds: readonly WorkMeasured[]): WorkMeasured {
  const byTime = rounds.toSorted((left, right) => left.cpuMs - right.cpuMs);
  const [least] = byTime;
  if (least === undefined) throw new Error('Nothing was measured.');
  return { ...least, firstCpuMs: Math.min(...rounds.map(({ firstCpuMs }) => firstCpuMs)) };
}

async function measureInstance(options: WorkToMeasure, bundle: string): Promise<WorkMeasured> {
  const { aws, work, notifications } = options;
  const child = await startInstance(options, bundle);
  let served = 0;
  const serve = async (count: number): Promise<Served> => {
    const numbers = Array.from({ length: count }, (_, index) => served + index);
    served += count;
    const events = numbers.map((number) => JSON.stringify(work.event(number, aws.url)));
    child.send({ events } satisfies EventsToServe);
    const [answer] = (await Promise.race([once(child, 'message'), failed(child)])) as [Served];
    return answer;
  };
  const first = await serve(FIRST_EVENTS);
  await serve(Math.ceil(WARM_UP / work.size));
  aws.takeCalls();
  const count = Math.ceil(notifications / work.size);
  const { cpuMs, heapBytes } = await serve(count);
  const { calls, bytes } = sumOf(aws.takeCalls());
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
  const each = (figure: number) => figure / (count * work.size);
  const firstCpuMs = first.cpuMs / (FIRST_EVENTS * work.size);
  return { cpuMs: each(cpuMs), firstCpuMs, calls: each(calls), bytes: each(bytes), heapBytes };
}

async function startInstance(options: WorkToMeasure, bundle: string): Promise<ChildProcess> {
  const { aws, profiles } = options;
  const child = fork(INSTANCE, [bundle], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [
      '--expose-gc',
      ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
    ],
    env: {
      PATH: process.env.PATH,
      ...withAddress(options, aws.url),
      ...environmentOf(aws.url, options.work),
    },
  });
  await Promise.race([once(child, 'message'), failed(child)]);
  return child;
}

/** The queues' addresses lead to the stand-in. */
function withAddress({ environment }: WorkToMeasure, url: string): Readonly<Record<string, string>> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace(NO_ADDRESS, url)]));
}

/** As Lambda sets it. The tokens have the length of real ones. */
function environmentOf(url: string, { functionName }: Work): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ASIAQ3EGRIBPEXAMPLE1',
    AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
    AWS_SESSION_TOKEN: 'x'.repeat(1_000),
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    _X_AMZN_TRACE_ID: 'Root=1-691f1b2a-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0',
    AWS_ENDPOINT_URL: url,
    TIDINGS_ALLOW_LOOPBACK: 'true',
    TIDINGS_RETRY_QUEUE_ARN: 'arn:aws:sqs:us-east-1:000000000000:retry',
  };
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`The function's process ended with ${code}.`);
}

/** Calls to AWS. Requests to receivers are not among them. */
function sumOf(calls: ReadonlyMap<string, Sent>): Sent {
  const toAws = [...calls].filter(([name]) => name !== 'callback').map(([, sent]) => sent);
  return {
    calls: toAws.reduce((sum, { calls: one }) => sum + one, 0),
    bytes: toAws.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
