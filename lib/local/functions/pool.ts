import { randomUUID } from 'node:crypto';
import type { Log } from '../logging/log.ts';
import type { Container } from './container.ts';
import { InvocationFailure, startContainer } from './container.ts';
import type { WorkerSetting } from './protocol.ts';
import { nextTraceHeader } from './trace.ts';

export interface PoolSetting extends WorkerSetting {
  readonly logicalId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly mayRecurse: boolean;
  /** Maximum concurrent instances. */
  readonly size: number;
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
  /** Accepts no more events, waits at most `graceMs` for the current ones, then stops the instances. */
  stop(graceMs: number): Promise<void>;
}

/** Starts instances on demand, keeps them warm, and replaces them after a timeout or crash. */
export function createPool(setting: PoolSetting, log: Log): FunctionPool {
  const containers = new Set<Container>();
  const idle: Container[] = [];
  const waiting: ((container: Container) => void)[] = [];
  let running = 0;
  let stopped = false;
  let onIdle: () => void = () => {};

  function start(): Container {
    const container = startContainer({ setting, env: setting.env, source: setting.logicalId, log });
    containers.add(container);
    return container;
  }

  function acquire(): Promise<Container> | Container {
    // Use the most recent one: its caches and connections are the warmest.
    const warm = idle.pop();
    if (warm !== undefined) return warm;
    if (containers.size < setting.size) return start();
    return new Promise((resolve) => waiting.push(resolve));
  }

  function release(container: Container): void {
    if (!container.isAlive) containers.delete(container);
    const next = waiting.shift();
    if (next !== undefined) next(container.isAlive ? container : start());
    else if (container.isAlive) idle.push(container);
    if (running === 0 && waiting.length === 0) onIdle();
  }

  async function acquireAlive(): Promise<Container> {
    for (;;) {
      const container = await acquire();
      if (container.isAlive) return container;
      // It died while idle, for example of an unhandled rejection after the answer.
      containers.delete(container);
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
      if (stopped) {
        throw new InvocationFailure('crash', {
          errorType: 'Runtime.Ended',
          errorMessage: 'The local cloud is stopping.',
          trace: [],
        });
      }
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
        release(container);
      }
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
      await Promise.all([...containers].map((container) => container.end()));
    },
  };
}

function expired(): InvocationFailure {
  return new InvocationFailure('expired', {
    errorType: 'EventAgeExceeded',
    errorMessage: 'The event waited for an instance beyond its maximum age.',
    trace: [],
  });
}
