import { createMemoryStores, type MemoryStores } from '../../lib/adapters/memory/memory-stores.ts';
import type { CallbackRequest, Exchange, Patience } from '../../lib/core/deliver/attempt/sender.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { handleMessage } from '../../lib/core/deliver/messages.ts';
import { createRateLimiter } from '../../lib/core/deliver/rate/rate-limiter.ts';
import { relay, type StreamedOutcome } from '../../lib/core/deliver/relay.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import type { MerchantId, Outcome, TransactionId } from '../../lib/core/model.ts';
import type { Random } from '../../lib/core/runtime/environment.ts';
import { isoTime, SECOND_MS } from '../../lib/core/time.ts';
import { VirtualTime } from '../../test/simulation/storm/virtual-time.ts';
import { takingTime } from '../virtual/taking-time.ts';
import { openMerchant } from '../virtual/virtual-merchant.ts';
import type { Delay } from './delays.ts';
import { type Behaviour, PROMPT } from './isolation-receivers.ts';
import { type Received, VirtualLanes } from './virtual-lanes.ts';

/** Ten merchants in virtual time: what the tenth does from some moment on, and how much all record. */
export interface VirtualRun {
  /** The tenth's behaviour after {@link WARM_UP_MS}. Until then it answers at once. */
  readonly tenth: Behaviour;
  /** Time-out of the tenth's endpoint. */
  readonly timeoutMs: number;
  /** Whether each transaction of the tenth has its own notifyUrl on its own host. */
  readonly hasOwnHosts?: boolean;
  /** Measured seconds, after the warm-up. */
  readonly seconds: number;
  readonly healthyPerSecond: number;
  readonly heavyPerSecond: number;
}

export interface VirtualMeasured {
  /** Delays of the nine from listing to first request, after the tenth turned bad. */
  readonly delays: readonly Delay[];
  /** Outcomes of the nine that were recorded but never arrived. */
  readonly missing: number;
  /** Requests to the tenth, of all attempts, and its recorded transactions. */
  readonly tenth: { readonly requests: number; readonly recorded: number };
}

const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
/** Longer than an instance remembers an endpoint's health, and long enough for each instance to call the tenth. */
const WARM_UP_MS = 25 * SECOND_MS;
const TURN_MS = START_MS + WARM_UP_MS;
const HEALTHY = Array.from({ length: 9 }, (_, index) => `healthy_${index + 1}` as MerchantId);
const TENTH = 'tenth' as MerchantId;
/** Virtual milliseconds of each table call and each queue request. */
const CALL_MS = 5;
/** Lambda polls a stream four times per second. */
const STREAM_POLL_MS = 250;
const STREAM_BATCH = 100;
/** Virtual milliseconds of an immediate answer. */
const ANSWER_MS = 50;
/** Time for the last recorded outcomes to arrive. */
const DRAIN_MS = 30 * SECOND_MS;

/** Runs the real use cases, wired as in the functions. Every call and wait takes time on a virtual clock. */
export async function measureVirtually(run: VirtualRun): Promise<VirtualMeasured> {
  const time = new VirtualTime(START_MS);
  const clock = { now: () => time.now };
  const inserted: Outcome[] = [];
  const stores = createMemoryStores({ clock, onInsert: (outcome) => inserted.push(outcome) });
  const createdAt = isoTime(START_MS - SECOND_MS);
  for (const merchantId of [...HEALTHY, TENTH]) {
    const url = `https://${merchantId}.example/hooks`;
    await openMerchant(stores, { merchantId, url, createdAt, timeoutMs: run.timeoutMs });
  }
  const firstRequests = new Map<string, number>();
  let tenthRequests = 0;
  const send = (request: CallbackRequest, patience?: Patience) => {
    const { data } = JSON.parse(request.body) as { readonly data: Outcome };
    const name = `${data.merchantId} ${data.transactionId}`;
    if (!firstRequests.has(name)) firstRequests.set(name, time.now);
    if (data.merchantId !== TENTH) return answer(time, PROMPT, request, patience);
    if (time.now >= TURN_MS) tenthRequests += 1;
    return answer(time, time.now < TURN_MS ? PROMPT : run.tenth, request, patience);
  };
  const instances = new Map<number, ReturnType<typeof wire>>();
  const lanes = new VirtualLanes({ time, callMs: CALL_MS, work: (instance, batch) => work(instance, batch) });
  const wired = () => wire({ time, stores, lanes, send });
  async function work(instance: number, batch: readonly Received[]): Promise<readonly Received[]> {
    const ports = instances.get(instance) ?? wired();
    instances.set(instance, ports);
    const results = await Promise.allSettled(
      batch.map((one, index) => handleMessage(ports, { ...one, messageId: String(index) })),
    );
    return batch.filter((_, index) => results[index]?.status === 'rejected');
  }
  const relaying = wired();
  const pollStream = async () => {
    for (;;) {
      const batch = inserted.splice(0, STREAM_BATCH);
      if (batch.length > 0) await relay(relaying, batch.map(streamed));
      if (inserted.length === 0) await time.sleep(STREAM_POLL_MS);
    }
  };
  time.at(START_MS, () => void pollStream());
  const recorded = planRecording({ time, stores, run });
  await time.run(() => false, TURN_MS + run.seconds * SECOND_MS + DRAIN_MS);
  return measured({ recorded, firstRequests, tenthRequests });
}

interface RecordedOne {
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly listedMs: number;
}

/** Plans the recordings: each merchant at its own even pace, shifted against the others. */
function planRecording(options: {
  readonly time: VirtualTime;
  readonly stores: MemoryStores;
  readonly run: VirtualRun;
}): readonly RecordedOne[] {
  const { time, stores, run } = options;
  const recorded: RecordedOne[] = [];
  const plan = (merchantId: MerchantId, perSecond: number, shift: number) => {
    const seconds = run.seconds + WARM_UP_MS / SECOND_MS;
    for (let count = 0; count < perSecond * seconds; count += 1) {
      const listedMs = Math.round(START_MS + ((count + shift) * SECOND_MS) / perSecond);
      const outcome = outcomeOf(run, {
        merchantId,
        listedMs,
        transactionId: `pay_${count}` as TransactionId,
      });
      recorded.push({ merchantId, name: `${merchantId} ${outcome.transactionId}`, listedMs });
      time.at(listedMs, () => void stores.outcomes.putIfAbsent(outcome, 0));
    }
  };
  for (const [index, merchantId] of HEALTHY.entries()) {
    plan(merchantId, run.healthyPerSecond, index / HEALTHY.length);
  }
  plan(TENTH, run.heavyPerSecond, 0.5);
  return recorded;
}

function outcomeOf(
  run: VirtualRun,
  of: {
    readonly merchantId: MerchantId;
    readonly transactionId: TransactionId;
    readonly listedMs: number;
  },
): Outcome {
  const { merchantId, transactionId, listedMs } = of;
  const stamp = isoTime(listedMs);
  const isOwnHost = merchantId === TENTH && run.hasOwnHosts === true;
  return {
    merchantId,
    transactionId,
    version: 1,
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 1999,
    currency: 'CNY',
    occurredAt: stamp,
    recordedAt: stamp,
    listedAt: stamp,
    ...(isOwnHost && { notifyUrl: `https://${transactionId.replace('_', '-')}.example/hooks` }),
  };
}

function measured(found: {
  readonly recorded: readonly RecordedOne[];
  readonly firstRequests: ReadonlyMap<string, number>;
  readonly tenthRequests: number;
}): VirtualMeasured {
  const { firstRequests, tenthRequests } = found;
  const recorded = found.recorded.filter(({ listedMs }) => listedMs >= TURN_MS);
  const nine = recorded.filter(({ merchantId }) => merchantId !== TENTH);
  const delays = nine.flatMap(({ name, listedMs }): Delay[] => {
    const firstMs = firstRequests.get(name);
    return firstMs === undefined ? [] : [{ sinceMs: listedMs - TURN_MS, delayMs: firstMs - listedMs }];
  });
  return {
    delays,
    missing: nine.length - delays.length,
    tenth: { requests: tenthRequests, recorded: recorded.length - nine.length },
  };
}

const streamed = (outcome: Outcome, index: number): StreamedOutcome => ({
  kind: 'outcome',
  recordId: String(index),
  outcome,
  payload: '{}',
});

const random: Random = { fraction: () => 0.5, bytes: (size) => new Uint8Array(size) };

/** The ports of one instance of a function, with its own caches and health. */
function wire(world: {
  readonly time: VirtualTime;
  readonly stores: MemoryStores;
  readonly lanes: VirtualLanes;
  readonly send: (request: CallbackRequest, patience?: Patience) => Promise<Exchange>;
}) {
  const { time, stores, lanes, send } = world;
  const slowly = <T extends object>(port: T) => takingTime(port, () => time.sleep(CALL_MS));
  const clock = { now: () => time.now };
  const timer = { sleep: (ms: number) => time.sleep(ms) };
  const reporter = { report: () => undefined };
  return {
    outcomes: slowly(stores.outcomes),
    notifications: slowly(stores.notifications),
    alerts: slowly(stores.alerts),
    merchants: slowly(stores.merchants),
    gate: slowly(stores.gate),
    configs: createConfigCache(slowly(stores.merchants)),
    health: createHealthMonitor({ health: slowly(stores.health), clock, reporter }),
    limiter: createRateLimiter({ slots: slowly(stores.slots), clock, timer, random }),
    dispatcher: lanes.dispatcher,
    sender: { send },
    seal: { seal: async (secret: string) => secret, open: async (sealed: string) => sealed },
    parking: stores.parking,
    erasures: stores.erasures,
    rows: stores.rows,
    deadLetters: { add: ({ reason }: { readonly reason: string }) => Promise.reject(new Error(reason)) },
    clock,
    clockTrust: { assertTrusted: () => undefined },
    timer,
    random,
    reporter,
  };
}

/** A receiver's answer, or a time-out when the caller's patience or time ends first. */
async function answer(
  time: VirtualTime,
  behaviour: Behaviour,
  request: CallbackRequest,
  patience: Patience | undefined,
): Promise<Exchange> {
  const startMs = time.now;
  const takesMs = behaviour.kind === 'black-hole' ? Number.POSITIVE_INFINITY : behaviour.afterMs + ANSWER_MS;
  const endsMs = Math.min(takesMs, request.timeoutMs);
  let isGivenUp = false;
  if (patience !== undefined && patience.ms < endsMs) {
    await time.sleep(patience.ms);
    const givenUp = new Promise<void>((resolve) =>
      patience.onExceeded(() => {
        isGivenUp = true;
        resolve();
      }),
    );
    await Promise.race([givenUp, time.sleep(endsMs - patience.ms)]);
  } else await time.sleep(endsMs);
  const durationMs = time.now - startMs;
  const isAnswered = !isGivenUp && takesMs <= request.timeoutMs;
  return isAnswered
    ? { kind: 'response', statusCode: 204, body: '', durationMs }
    : { kind: 'error', code: 'timeout', durationMs };
}
