import { randomUUID } from 'node:crypto';
import type { Log } from '../logging/log.ts';
import type { Container } from './container.ts';
import { createInstances, type Instance } from './instances.ts';
import { InvocationFailure } from './invocation-failure.ts';
import { nextTraceHeader } from './trace.ts';

export interface PoolSetting {
  readonly logicalId: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly mayRecurse: boolean;
  /** Maximum number of events that are processed at once. */
  readonly size: number;
  /** Maximum number of events that one instance processes at once. */
  readonly eventsPerInstance: number;
  /** Maximum number of instances. */
  readonly maxInstances: number;
  /** An instance ends when it had no event for this long. `undefined`: never. */
  readonly idleMs: number | undefined;
  /** Starts an instance. */
  start(): Container;
  /** Whether all cores of the machine are busy. */
  isBusy(): boolean;
}

interface InvocationOptions {
  /** An event that is still waiting for an instance at this time is not processed. In ms since 1970; default: never. */
  readonly expiresAt?: number;
  /** Trace header of the request that leads to this invocation. Default: a new chain begins. */
  readonly traceHeader?: string | undefined;
}

/** A function, ready to be invoked. */
export interface FunctionPool {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The template allows the function to be invoked more than 16 times in one chain of requests. */
  readonly mayRecurse: boolean;
  /** Maximum number of events that are processed at once. */
  readonly size: number;
  /** Number of events that are being processed. */
  readonly running: number;
  /**
   * Processes one event and returns its result. If there is no room for it, the event waits in order. Lambda would scale
   * out or throttle here, but one machine has no more processors.
   * @throws InvocationFailure
   */
  invoke(event: unknown, options?: InvocationOptions): Promise<unknown>;
  /**
   * Resolves when an event would begin at once, or would cause the first instance to start. A poller that waits for it
   * before it takes messages gets the more of them.
   */
  room(): Promise<void>;
  /** Accepts no more events, waits at most `graceMs` for the current ones, then stops the instances. */
  stop(graceMs: number): Promise<void>;
}

/** Waits for room. */
interface Waiter {
  readonly since: number;
  take(instance: Instance): void;
  refuse(failure: InvocationFailure): void;
}

/** An event waits this long for room before another instance starts. A start costs as much CPU as some hundred events. */
const SCALE_AFTER_MS = 100;
/** The same, while all cores are busy: another instance would not answer the event sooner. */
const SCALE_BUSY_MS = 1_000;

/** Starts instances on demand, gives each several events at once, and replaces those that crash or have an event time out. */
export function createPool(setting: PoolSetting, log: Log): FunctionPool {
  const instances = createInstances(setting);
  const waiting: Waiter[] = [];
  let running = 0;
  let stopped = false;
  let onIdle: () => void = () => {};
  let scaleTimer: NodeJS.Timeout | undefined;

  /** Takes a place in an instance. The caller must give it back. */
  function acquire(): Promise<Instance> | Instance {
    const instance = waiting.length === 0 ? placeNow() : undefined;
    if (instance !== undefined) return instance;
    return new Promise((take, refuse) => {
      waiting.push({ since: Date.now(), take, refuse });
      scaleLater();
    });
  }

  function placeNow(): Instance | undefined {
    if (running >= setting.size) return undefined;
    const instance = instances.place();
    if (instance !== undefined) running += 1;
    return instance;
  }

  function release(instance: Instance): void {
    running -= 1;
    instances.leave(instance);
    serveWaiting();
    if (running === 0) onIdle();
  }

  function serveWaiting(): void {
    while (waiting.length > 0) {
      const instance = placeNow();
      if (instance === undefined) return;
      waiting.shift()?.take(instance);
    }
  }

  function scaleLater(): void {
    if (scaleTimer !== undefined || stopped) return;
    // The measurement of the processor's load begins here.
    setting.isBusy();
    scaleTimer = setTimeout(rescale, SCALE_AFTER_MS);
  }

  /** Starts another instance if the next event in line waits too long. What it waited for the last start does not count. */
  function rescale(): void {
    scaleTimer = undefined;
    const [next] = waiting;
    if (next === undefined || stopped) return;
    const waitedMs = Date.now() - Math.max(next.since, instances.lastStart);
    const isLong = waitedMs >= (setting.isBusy() ? SCALE_BUSY_MS : SCALE_AFTER_MS);
    if (isLong && running < setting.size) instances.grow();
    serveWaiting();
    if (waiting.length > 0) scaleLater();
  }

  async function process(event: unknown, { expiresAt, traceHeader }: InvocationOptions): Promise<unknown> {
    const payload = JSON.stringify(event);
    const instance = await acquire();
    try {
      if (Date.now() > (expiresAt ?? Number.POSITIVE_INFINITY)) throw expired();
      const request = {
        requestId: randomUUID(),
        payload,
        traceHeader: nextTraceHeader(traceHeader, setting.functionArn),
      };
      return JSON.parse(await instance.container.invoke(request, setting.timeoutMs)) as unknown;
    } finally {
      release(instance);
    }
  }

  function report({ kind, message, error }: InvocationFailure): void {
    const trace = kind === 'crash' ? `\n${error.trace.join('\n')}` : '';
    log({ source: setting.logicalId, stream: 'event', line: `${kind}: ${message}${trace}` });
  }

  return {
    logicalId: setting.logicalId,
    name: setting.functionName,
    arn: setting.functionArn,
    mayRecurse: setting.mayRecurse,
    size: setting.size,
    get running() {
      return running;
    },
    invoke: async (event, options = {}) => {
      if (stopped) throw stopping();
      try {
        return await process(event, options);
      } catch (error) {
        if (error instanceof InvocationFailure) report(error);
        throw error;
      }
    },
    room: async () => {
      if (stopped || instances.count === 0) return;
      await instances.oneStarted();
      if (stopped) return;
      if (waiting.length > 0 || running >= setting.size || !instances.hasRoom())
        await Promise.resolve(acquire()).then(release, () => {});
    },
    stop: async (graceMs) => {
      stopped = true;
      if (running > 0 || waiting.length > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceMs);
          onIdle = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      clearTimeout(scaleTimer);
      for (const { refuse } of waiting.splice(0)) refuse(stopping());
      await instances.end();
    },
  };
}

function stopping(): InvocationFailure {
  return new InvocationFailure('crash', {
    errorType: 'Runtime.Ended',
    errorMessage: 'The local cloud is stopping.',
    trace: [],
  });
}

function expired(): InvocationFailure {
  return new InvocationFailure('expired', {
    errorType: 'EventAgeExceeded',
    errorMessage: 'The event waited for an instance beyond its maximum age.',
    trace: [],
  });
}
