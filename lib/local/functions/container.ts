import { Worker } from 'node:worker_threads';
import type { Log } from '../logging/log.ts';
import { forwardLines } from '../logging/log.ts';
import type { InvocationError, InvocationRequest, WorkerMessage, WorkerSetting } from './protocol.ts';

/** How an invocation failed: the function threw, timed out, crashed its worker, or the event was too old to begin. */
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

/** A warm instance of a function: one worker thread, one event at a time. */
export interface Container {
  /** `false` once it has crashed or was stopped; it must then be replaced. */
  readonly isAlive: boolean;
  /** @throws InvocationFailure */
  invoke(request: Omit<InvocationRequest, 'deadline'>, timeoutMs: number): Promise<string>;
  end(): Promise<void>;
}

/** Lambda allows 10 s. A busy developer machine starts several at once, so it gets more. */
const INIT_TIMEOUT_MS = 30_000;
const WORKER_URL = new URL('./worker.ts', import.meta.url);

export interface ContainerOptions {
  readonly setting: WorkerSetting;
  readonly env: Readonly<Record<string, string>>;
  /** Source under which its output is logged. */
  readonly source: string;
  readonly log: Log;
}

export function startContainer({ setting, env, source, log }: ContainerOptions): Container {
  const worker = new Worker(WORKER_URL, {
    // The system shows it as the thread's name, cut to 15 characters: `top -H`, `npm run bench:load`.
    name: source,
    workerData: setting,
    env: { ...env },
    stdout: true,
    stderr: true,
  });
  forwardLines(worker.stdout, (line) => log({ source, stream: 'stdout', line }));
  forwardLines(worker.stderr, (line) => log({ source, stream: 'stderr', line }));

  let isAlive = true;
  let onMessage: (message: WorkerMessage) => void = () => {};
  let onDeath: (failure: InvocationFailure) => void = () => {};
  let death: InvocationFailure | undefined;
  const die = (kind: FailureKind, error: InvocationError) => {
    if (!isAlive) return;
    isAlive = false;
    death = new InvocationFailure(kind, error);
    onDeath(death);
  };
  worker.on('message', (message: WorkerMessage) => onMessage(message));
  worker.on('error', (error: Error) => {
    die('crash', {
      errorType: error.name,
      errorMessage: error.message,
      trace: (error.stack ?? '').split('\n'),
    });
  });
  worker.on('exit', (code) => {
    die('crash', {
      errorType: 'Runtime.ExitError',
      errorMessage: `The runtime exited with ${code}.`,
      trace: [],
    });
  });

  /** Waits for one message. A timeout terminates the worker; the worker's death rejects the promise. */
  function nextMessage(timeoutMs: number, what: string): Promise<WorkerMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = (timeoutMs / 1000).toFixed(2);
        die('time-out', {
          errorType: 'Sandbox.Timedout',
          errorMessage: `${what} timed out after ${seconds} seconds`,
          trace: [],
        });
        void worker.terminate();
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
    void worker.terminate();
    throw new InvocationFailure('crash', message.error);
  });
  // Each caller of `invoke` gets this rejection. Without a handler here it would end the process.
  ready.catch(() => {});

  return {
    get isAlive() {
      return isAlive;
    },
    invoke: async (request, timeoutMs) => {
      await ready;
      const answer = nextMessage(timeoutMs, 'Task');
      worker.postMessage({ ...request, deadline: Date.now() + timeoutMs } satisfies InvocationRequest);
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
      die('crash', { errorType: 'Runtime.Ended', errorMessage: 'The local cloud stopped.', trace: [] });
      await worker.terminate();
    },
  };
}
