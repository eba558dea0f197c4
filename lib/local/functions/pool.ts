import { randomUUID } from 'node:crypto';
import type { Log } from '../logging/log.ts';
import { type Container, InvocationFailure } from './container.ts';
import { nextTraceHeader } from './trace.ts';

export interface PoolSetting {
  readonly logicalId: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly mayRecurse: boolean;
  /** Maximum concurrent instances. */
  readonly size: number;
  /** An instance ends when it had no event for this long. `undefined`: never. */
  readonly idleMs: number | undefined;
  /** Instances share one thread, so a second one helps only while the thread waits. */
  readonly isShared: boolean;
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
  readonly size: number;
  /** Number of instances that are processing an event. */
  readonly running: number;
  /**
   * Processes one event and returns its result. If all instances are busy, the event waits in order. Lambda would
   * scale out or throttle here, but one machine has no more workers.
   * @throws InvocationFailure
   */
  invoke(event: unknown, options?: InvocationOptions): Promise<unknown>;
  /**
   * Resolves when an event would find an instance: one is idle, none has started, or another one may start. A poller that waits
   * for it before it takes messages gets the more of them.
   */
  room(): Promise<void>;
  /** Accepts no more events, waits at most `graceMs` for the current ones, then stops the instances. */
  stop(graceMs: number): Promise<void>;
}

/**
 * An event waits this long for an instance that is busy before another instance starts. A start costs as much CPU as some
 * hundred events, so short waits are cheaper.
 */
const SCALE_AFTER_MS = 100;
/** The same, while all cores are busy and the instances compute: another one would take turns with them. */
const SCALE_BUSY_MS = 1_000;
/**
 * The same, while the instances also answer events, and do not wait for others: then they lack processor time, or the cloud that
 * they wait for does. Each further instance would compile the same code and take 60 MB, and no event would be answered sooner.
 */
const SCALE_STEADY_MS = 5_000;
/** Instances compute if they are active for at least this share of the time. */
const COMPUTING_SHARE = 0.15;
/** Instances wait for others, such as slow receivers, if requests to them are under way for at least this share of the time. */
const OUTSIDE_SHARE = 0.5;

/** An event that waits for an instance. */
interface Waiter {
  readonly since: number;
  /** Number of events that were answered before. */
  readonly answeredBefore: number;
  take(container: Container): void;
  refuse(failure: InvocationFailure): void;
}

/** Starts instances on demand, keeps them warm for a while, and replaces them after a time-out or crash. */
export function createPool(setting: PoolSetting, log: Log): FunctionPool {
  const containers = new Set<Container>();
  /** The most recently used last. */
  const idle: { readonly container: Container; readonly since: number }[] = [];
  const waiting: Waiter[] = [];
  let starting = 0;
  let lastStart = 0;
  let measured = measure();
  let running = 0;
  let answered = 0;
  let stopped = false;
  let onIdle: () => void = () => {};
  let scaleTimer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  function start(): Container {
    const container = setting.start();
    containers.add(container);
    starting += 1;
    lastStart = Date.now();
    void container.started.then(() => {
      starting -= 1;
      lastStart = Date.now();
    });
    return container;
  }

  function acquire(): Promise<Container> | Container {
    // Use the most recent one: its caches and connections are the warmest.
    const warm = idle.pop()?.container;
    if (warm !== undefined) return warm;
    if (containers.size === 0) return start();
    return new Promise((take, refuse) => {
      waiting.push({ since: Date.now(), answeredBefore: answered, take, refuse });
      if (scaleTimer !== undefined) return;
      // The measurements begin here.
      setting.isBusy();
      measured = measure();
      scaleTimer = setTimeout(rescale, SCALE_AFTER_MS);
    });
  }

  function measure() {
    const all = [...containers];
    return {
      at: Date.now(),
      activeMs: sum(all.map((container) => container.activeMs())),
      outsideMs: sum(all.map((container) => container.outsideMs())),
    };
  }

  /** How long `next`, the first event in line, waits before another instance starts. Measures since it was last asked. */
  function scaleAfter(next: Waiter): number {
    const isBusy = setting.isBusy();
    const last = measured;
    measured = measure();
    const possibleMs = (measured.at - last.at) * containers.size;
    const computes = measured.activeMs - last.activeMs > possibleMs * COMPUTING_SHARE;
    const isOutside = measured.outsideMs - last.outsideMs > possibleMs * OUTSIDE_SHARE;
    if (setting.isShared && computes) return Number.POSITIVE_INFINITY;
    if (!isBusy) return SCALE_AFTER_MS;
    if (answered > next.answeredBefore) return isOutside && !computes ? SCALE_AFTER_MS : SCALE_STEADY_MS;
    return computes ? SCALE_BUSY_MS : SCALE_AFTER_MS;
  }

  /** Starts another instance if the next event in line waits too long. What it waited for the last start does not count. */
  function rescale(): void {
    scaleTimer = undefined;
    const [next] = waiting;
    if (next === undefined || containers.size >= setting.size || stopped) return;
    const waitedMs = Date.now() - Math.max(next.since, lastStart);
    const isLong = waitedMs >= scaleAfter(next);
    if (isLong && starting === 0) waiting.shift()?.take(start());
    if (waiting.length > 0) scaleTimer = setTimeout(rescale, SCALE_AFTER_MS);
  }

  function release(container: Container): void {
    if (!container.isAlive) containers.delete(container);
    const next = waiting.shift();
    if (next !== undefined) {
      next.take(container.isAlive ? container : start());
      // The pool is not idle: the event that waited now runs.
      return;
    }
    if (container.isAlive) {
      idle.push({ container, since: Date.now() });
      if (idle.length === 1) endLater();
    }
    if (running === 0) onIdle();
  }

  /** Ends the instances that nobody has used for a while. */
  function endLater(): void {
    clearTimeout(idleTimer);
    const [first] = idle;
    if (first === undefined || setting.idleMs === undefined) return;
    const { idleMs } = setting;
    idleTimer = setTimeout(
      () => {
        while (idle[0] !== undefined && idle[0].since + idleMs <= Date.now()) {
          const { container } = idle.shift() ?? first;
          containers.delete(container);
          void container.end();
        }
        endLater();
      },
      Math.max(first.since + idleMs - Date.now(), 0),
    );
    idleTimer.unref();
  }

  async function acquireAlive(): Promise<Container> {
    for (;;) {
      const container = await acquire();
      if (container.isAlive) return container;
      // It died while idle, for example of an unhandled rejection after the answer.
      containers.delete(container);
      if (stopped) throw stopping();
    }
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
    invoke: async (event, { expiresAt = Number.POSITIVE_INFINITY, traceHeader } = {}) => {
      if (stopped) throw stopping();
      const payload = JSON.stringify(event);
      const container = await acquireAlive();
      running += 1;
      try {
        if (Date.now() > expiresAt) throw expired();
        const request = {
          requestId: randomUUID(),
          payload,
          traceHeader: nextTraceHeader(traceHeader, setting.functionArn),
        };
        return JSON.parse(await container.invoke(request, setting.timeoutMs)) as unknown;
      } catch (error) {
        if (error instanceof InvocationFailure) {
          log({
            source: setting.logicalId,
            stream: 'event',
            line: `${error.kind}: ${error.message}${error.kind === 'crash' ? `\n${error.error.trace.join('\n')}` : ''}`,
          });
        }
        throw error;
      } finally {
        running -= 1;
        answered += 1;
        release(container);
      }
    },
    room: async () => {
      if (stopped || idle.length > 0 || containers.size === 0) return;
      await acquireAlive().then(release, () => {});
    },
    stop: async (graceMs) => {
      stopped = true;
      clearTimeout(idleTimer);
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
      await Promise.all([...containers].map((container) => container.end()));
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
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
