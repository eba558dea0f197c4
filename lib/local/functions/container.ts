import type { Host } from './host.ts';
import { InvocationFailure, STOPPED } from './invocation-failure.ts';
import type { InstanceSetting, InvocationRequest } from './protocol.ts';

/** A warm instance of a function. It may process several events at once. */
export interface Container {
  /** `false` once it takes no more events: it crashed, was stopped, or one of its events timed out. It must then be replaced. */
  readonly isOpen: boolean;
  /** Time for which its thread computed or waited for a core, in ms since its start. */
  activeMs(): number;
  /** Settles when the bundle is loaded, or the instance has died. Never rejects. */
  readonly started: Promise<void>;
  /** @throws InvocationFailure */
  invoke(request: Omit<InvocationRequest, 'deadline'>, timeoutMs: number): Promise<string>;
  /** Ends the events that run, and the instance. */
  end(): Promise<void>;
}

/** Lambda allows 10 s. A busy developer machine starts several at once, so it gets more. */
const INIT_TIMEOUT_MS = 30_000;

export interface ContainerOptions {
  readonly host: Host;
  readonly setting: InstanceSetting;
  /** Source under which its output is logged. */
  readonly source: string;
  /** Other instances live in the same thread, and go on when this one ends. */
  readonly isHostShared: boolean;
}

/** Starts an instance in a thread. */
export function startContainer({ host, setting, source, isHostShared }: ContainerOptions): Container {
  const instance = host.add(source);
  let hasEnded = false;

  const ready = instance
    .call({ kind: 'load', setting }, { timeoutMs: INIT_TIMEOUT_MS, what: 'Init' })
    .catch(async (failure: unknown) => {
      await leave();
      throw failure;
    });

  async function leave(): Promise<void> {
    hasEnded = true;
    instance.remove(STOPPED);
    if (!isHostShared) await host.end(STOPPED);
  }

  return {
    get isOpen() {
      return host.isOpen && !hasEnded;
    },
    activeMs: host.activeMs,
    // Each caller of `invoke` gets the rejection of `ready`. Without a handler here it would end the process.
    started: ready.then(
      () => {},
      () => {},
    ),
    invoke: async (request, timeoutMs) => {
      await ready;
      if (hasEnded) throw new InvocationFailure('crash', STOPPED);
      return await instance.call(
        { kind: 'invoke', request: { ...request, deadline: Date.now() + timeoutMs } },
        { timeoutMs, what: 'Task' },
      );
    },
    end: leave,
  };
}
