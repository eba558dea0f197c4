import type { Host } from './host.ts';
import type { InstanceMessage, InstanceSetting, InvocationError, InvocationRequest } from './protocol.ts';

/** How an invocation failed: the function threw, timed out, crashed its thread, or the event was too old to begin. */
export type FailureKind = 'function-error' | 'time-out' | 'crash' | 'expired';

/** A failed invocation. */
export class InvocationFailure extends Error {
  readonly kind: FailureKind;
  readonly error: InvocationError;

  constructor(kind: FailureKind, error: InvocationError) {
    super(`${error.errorType}: ${error.errorMessage}`);
    this.name = 'InvocationFailure';
    this.kind = kind;
    this.error = error;
  }
}

/** A warm instance of a function: one event at a time. */
export interface Container {
  /** `false` once it has crashed or was stopped; it must then be replaced. */
  readonly isAlive: boolean;
  /** Time for which its thread computed or waited for a core, in ms since its start. */
  activeMs(): number;
  /** Time for which requests to others than the cloud were under way, in ms since its start. */
  outsideMs(): number;
  /** Settles when the bundle is loaded, or the instance has died. Never rejects. */
  readonly started: Promise<void>;
  /** @throws InvocationFailure */
  invoke(request: Omit<InvocationRequest, 'deadline'>, timeoutMs: number): Promise<string>;
  end(): Promise<void>;
}

/** Lambda allows 10 s. A busy developer machine starts several at once, so it gets more. */
const INIT_TIMEOUT_MS = 30_000;
const ENDED: InvocationError = {
  errorType: 'Runtime.Ended',
  errorMessage: 'The local cloud stopped.',
  trace: [],
};

export interface ContainerOptions {
  readonly host: Host;
  readonly setting: InstanceSetting;
  /** Source under which its output is logged. */
  readonly source: string;
  /** Other instances live in the same thread, and go on when this one ends. */
  readonly isHostShared: boolean;
}

/** Starts an instance in a thread. A time-out or a crash ends the thread, with all its instances. */
export function startContainer({ host, setting, source, isHostShared }: ContainerOptions): Container {
  let isAlive = true;
  let onMessage: (message: InstanceMessage) => void = () => {};
  let onDeath: (failure: InvocationFailure) => void = () => {};
  let death: InvocationFailure | undefined;
  const die = (kind: FailureKind, error: InvocationError) => {
    if (!isAlive) return;
    isAlive = false;
    death = new InvocationFailure(kind, error);
    onDeath(death);
  };
  const instance = host.add({
    source,
    onMessage: (message) => onMessage(message),
    onDeath: (error) => die('crash', error),
  });

  /** Waits for one message. A time-out stops the thread; the death of the instance rejects the promise. */
  function nextMessage(timeoutMs: number, what: string): Promise<InstanceMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = (timeoutMs / 1000).toFixed(2);
        const errorMessage = `${what} timed out after ${seconds} seconds`;
        die('time-out', { errorType: 'Sandbox.Timedout', errorMessage, trace: [] });
        void host.end({
          errorType: 'Sandbox.Timedout',
          errorMessage: `${source}, in the same thread: ${errorMessage}`,
          trace: [],
        });
      }, timeoutMs);
      onMessage = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
      onDeath = (failure) => {
        clearTimeout(timer);
        reject(failure);
      };
      if (death !== undefined) onDeath(death);
    });
  }

  const ready = nextMessage(INIT_TIMEOUT_MS, 'Init').then((message) => {
    if (message.kind !== 'init-error') return;
    die('crash', message.error);
    void leave();
    throw new InvocationFailure('crash', message.error);
  });
  instance.send({ kind: 'load', setting });

  async function leave(): Promise<void> {
    instance.remove();
    if (!isHostShared) await host.end(ENDED);
  }

  return {
    get isAlive() {
      return isAlive;
    },
    activeMs: host.activeMs,
    outsideMs: host.outsideMs,
    // Each caller of `invoke` gets the rejection of `ready`. Without a handler here it would end the process.
    started: ready.catch(() => {}),
    invoke: async (request, timeoutMs) => {
      await ready;
      const answer = nextMessage(timeoutMs, 'Task');
      instance.send({ kind: 'invoke', request: { ...request, deadline: Date.now() + timeoutMs } });
      const message = await answer;
      if (message.kind === 'success') return message.payload;
      throw new InvocationFailure(
        'function-error',
        message.kind === 'error'
          ? message.error
          : { errorType: 'Runtime.Error', errorMessage: message.kind, trace: [] },
      );
    },
    end: async () => {
      die('crash', ENDED);
      await leave();
    },
  };
}
