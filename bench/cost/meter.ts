import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Documents } from '../../lib/adapters/dynamodb/documents/open-documents.ts';

export type Stage = 'record' | 'relay' | 'count' | 'deliver' | 'sweep' | 'close' | 'audit' | 'statement';
export const STAGES: readonly Stage[] = [
  'record',
  'relay',
  'count',
  'deliver',
  'sweep',
  'close',
  'audit',
  'statement',
];

/** What one stage has used. */
export interface Used {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Number of calls to DynamoDB. */
  readonly tableCalls: number;
  readonly sqsRequests: number;
  readonly schedules: number;
  readonly invocations: number;
  /** Files written to the bucket. */
  readonly filePuts: number;
  /** Log bytes of the service's own reporter, including metrics and the share of sampled lines. */
  readonly logBytes: number;
  /** Processor milliseconds of this thread: JavaScript and the SDK, but not the emulator. */
  readonly processorMs: number;
}

const NO_USE: Used = {
  writeUnits: 0,
  readUnits: 0,
  tableCalls: 0,
  sqsRequests: 0,
  schedules: 0,
  invocations: 0,
  filePuts: 0,
  logBytes: 0,
  processorMs: 0,
};

/** Counts what every call uses for the running stage. Calls outside a stage are not counted. */
export interface Meter {
  /** Runs one invocation of the function of `stage`. Stages must not overlap. */
  invoke<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** The same for code that is not our function: counts neither an invocation nor processor time. */
  watch<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  add(used: Partial<Used>): void;
  /** Counts a poller's request for `stage`. Lambda makes one before and one after each invocation. */
  poll(stage: Stage): void;
  /** Returns what was used since the last call, by stage, and resets it. */
  take(): ReadonlyMap<Stage, Used>;
}

export function createMeter(): Meter {
  let total = new Map<Stage, Used>();
  let running: Stage | undefined;
  const addTo = (stage: Stage, used: Partial<Used>) =>
    void total.set(stage, sumOf([total.get(stage) ?? NO_USE, { ...NO_USE, ...used }]));
  const watch: Meter['watch'] = async (stage, work) => {
    if (running !== undefined) throw new Error(`${stage} starts while ${running} is running.`);
    running = stage;
    try {
      return await work();
    } finally {
      running = undefined;
    }
  };
  return {
    watch,
    async invoke(stage, work) {
      const before = process.threadCpuUsage();
      try {
        return await watch(stage, work);
      } finally {
        const { user, system } = process.threadCpuUsage(before);
        addTo(stage, { invocations: 1, processorMs: (user + system) / 1000 });
      }
    },
    add(used) {
      if (running !== undefined) addTo(running, used);
    },
    poll: (stage) => addTo(stage, { sqsRequests: 1 }),
    take() {
      const taken = total;
      total = new Map();
      return taken;
    },
  };
}

export function sumOf(all: Iterable<Used>): Used {
  const every = [...all];
  return mapUsed((name) => every.reduce((sum, used) => sum + used[name], 0));
}

export function perPiece(used: Used, pieces: number): Used {
  return mapUsed((name) => used[name] / pieces);
}

/** How much more one used than the other. */
export function without(used: Used, other: Used): Used {
  return mapUsed((name) => used[name] - other[name]);
}

function mapUsed(figure: (name: keyof Used) => number): Used {
  const mapped: { -readonly [K in keyof Used]: number } = { ...NO_USE };
  for (const name of Object.keys(NO_USE) as (keyof Used)[]) mapped[name] = figure(name);
  return mapped;
}

interface ConsumedCapacity {
  readonly CapacityUnits?: number;
}

/** DynamoDB bills a write that a condition refuses, but does not report it in the answer. */
const REFUSED_WRITE_UNITS = 1;

/** Makes every call of a client report its consumed units, including those of indexes. */
export function meterClient({ middlewareStack }: Pick<Documents, 'middlewareStack'>, meter: Meter): void {
  middlewareStack.add(
    (next, context) => async (args) => {
      const isWrite = /^(Put|Update|Delete|Transact|BatchWrite)/.test(context.commandName ?? '');
      Object.assign(args.input, { ReturnConsumedCapacity: 'INDEXES' });
      meter.add({ tableCalls: 1 });
      try {
        const result = await next(args);
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: ConsumedCapacity[] };
        const units = [ConsumedCapacity ?? []].flat().reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0);
        if (units === 0) throw new Error(`${context.commandName} did not report its consumed units.`);
        meter.add(isWrite ? { writeUnits: units } : { readUnits: units });
        return result;
      } catch (error) {
        if ((error as Error).name === 'ConditionalCheckFailedException') {
          meter.add({ writeUnits: REFUSED_WRITE_UNITS });
        }
        throw error;
      }
    },
    { step: 'initialize', priority: 'high', name: 'tidingsMeter' },
  );
}

/** Answers a client's requests with `answer`. No request leaves the process. `answer` must count them. */
export function answerFor(
  client: SQSClient | SchedulerClient,
  answer: (commandName: string, input: Readonly<Record<string, unknown>>) => object,
): void {
  // The middleware stacks of all clients work alike; only their input types differ.
  (client as SQSClient).middlewareStack.add(
    (_next, context) => async (args) => ({
      output: { $metadata: {}, ...answer(context.commandName ?? '', { ...args.input }) } as never,
      response: {},
    }),
    { step: 'initialize', priority: 'high', name: 'tidingsAnswer' },
  );
}

/** The bucket: reads the text, and counts the request. */
export function meteredFiles(meter: Meter) {
  return {
    async write(_name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
      for await (const _chunk of content);
      meter.add({ filePuts: 1 });
    },
  };
}
