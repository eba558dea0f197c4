import { Worker } from 'node:worker_threads';
import type { Log } from '../logging/log.ts';
import { forwardLines, type LineSplitter, lineSplitter } from '../logging/log.ts';
import { type FailureKind, InvocationFailure, timedOut } from './invocation-failure.ts';
import type { HostCall, HostMessage, HostRequest, HostSetting, InvocationError } from './protocol.ts';

/** A worker thread that hosts instances of functions. */
export interface Host {
  /** `false` once it takes no more events: it crashed, was stopped, or an event timed out in it. */
  readonly isOpen: boolean;
  /** Time for which the thread computed or waited for a core, in ms since its start. */
  activeMs(): number;
  /** Announces an instance. `source` is the log source of what it writes. */
  add(source: string): HostedInstance;
  /** Lets V8 collect the thread's garbage, and give back what it kept. */
  giveBackMemory(): void;
  /** Stops the thread and with it all its instances. Their calls fail. */
  end(reason: InvocationError): Promise<void>;
}

/** A call without the number of its instance. */
type InstanceCall = Unaddressed<Exclude<HostCall, { readonly kind: 'ping' }>>;
type Unaddressed<Call> = Call extends unknown ? Omit<Call, 'instance'> : never;

/** An instance's way to its thread. */
interface HostedInstance {
  /**
   * Resolves with the answer. If there is none in time, the thread takes no more events. It is ended when its other calls
   * have ended, or at once if it does not react, because an event blocks it.
   * @throws InvocationFailure
   */
  call(call: InstanceCall, limit: CallLimit): Promise<string>;
  /** Forgets the instance. Its calls fail; its thread goes on for the others. */
  remove(reason: InvocationError): void;
}

interface CallLimit {
  readonly timeoutMs: number;
  /** What then timed out, for the error's message. */
  readonly what: string;
}

export interface HostOptions extends HostSetting {
  /** Name of the thread, for profilers and process viewers. */
  readonly name: string;
  /** What V8 may take for young objects, in MB. */
  readonly youngGenerationMb: number;
  readonly log: Log;
  /** Called when the thread has ended. */
  readonly onEnd: () => void;
}

/** A call that waits for its answer. */
interface PendingCall {
  /** `undefined`: a call of the host itself. */
  readonly instance: number | undefined;
  readonly timer: NodeJS.Timeout;
  resolve(payload: string): void;
  reject(error: InvocationError, kind?: FailureKind): void;
}

/** Node's own limit can be 4 GB. An event that took ever more memory slowed down the machine for minutes, until its thread reached it. */
const MAX_OLD_GENERATION_MB = 2_048;
const THREAD_URL = new URL('./host-thread.mjs', import.meta.url);
/** A thread that does not react for this long after a time-out is blocked by an event. */
const REACTION_MS = 2_000;

/** Starts a thread without instances. */
export function startHost({ name, youngGenerationMb, compileCache, log, onEnd }: HostOptions): Host {
  // The environment is each instance's own.
  const worker = new Worker(THREAD_URL, {
    name,
    workerData: { compileCache } satisfies HostSetting,
    env: {},
    resourceLimits: {
      maxYoungGenerationSizeMb: youngGenerationMb,
      maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB,
    },
    stdout: true,
    stderr: true,
  });
  forwardLines(worker.stdout, (line) => log({ source: name, stream: 'stdout', line }));
  forwardLines(worker.stderr, (line) => log({ source: name, stream: 'stderr', line }));
  const sources = new Map<number, string>();
  const outputs = new Map<string, LineSplitter>();
  const calls = new Map<number, PendingCall>();
  let lastInstance = 0;
  let lastCall = 0;
  let death: InvocationError | undefined;
  /** Why the thread ends when its calls have ended. */
  let retired: InvocationError | undefined;

  function send(request: HostRequest): void {
    worker.postMessage(request);
  }

  /** Sends a call. `onTimeout` runs after the call has failed. */
  function ask(request: HostCall, { timeoutMs, what }: CallLimit, onTimeout: () => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const failWith = (kind: FailureKind, error: InvocationError) =>
        reject(new InvocationFailure(kind, error));
      if (death !== undefined) return failWith('crash', death);
      lastCall += 1;
      const call = lastCall;
      const timer = setTimeout(() => {
        calls.delete(call);
        failWith('time-out', timedOut(what, timeoutMs));
        onTimeout();
      }, timeoutMs);
      const failed: FailureKind = request.kind === 'load' ? 'crash' : 'function-error';
      calls.set(call, {
        instance: 'instance' in request ? request.instance : undefined,
        timer,
        resolve,
        reject: (error, kind = failed) => failWith(kind, error),
      });
      send({ ...request, call });
    });
  }

  function settle(call: number, end: (pending: PendingCall) => void): void {
    const pending = calls.get(call);
    if (pending === undefined) return;
    calls.delete(call);
    clearTimeout(pending.timer);
    end(pending);
    if (retired !== undefined && calls.size === 0) void stop(retired);
  }

  /** Lets the calls that run end first, unless one of them blocks the thread. */
  function retire(reason: InvocationError): void {
    retired ??= reason;
    const { errorMessage } = reason;
    const isBlocking = () => void stop({ ...reason, errorMessage: `${errorMessage}, and blocks its thread` });
    if (calls.size === 0) void stop(reason);
    else ask({ kind: 'ping' }, { timeoutMs: REACTION_MS, what: 'Ping' }, isBlocking).catch(() => {});
  }

  function die(error: InvocationError): void {
    death ??= error;
    for (const call of calls.keys()) settle(call, ({ reject }) => reject(error, 'crash'));
  }

  async function stop(reason: InvocationError): Promise<void> {
    die(reason);
    await worker.terminate();
  }

  function onOutput({ instance, stream, text }: Extract<HostMessage, { readonly kind: 'output' }>): void {
    const key = `${instance} ${stream}`;
    let output = outputs.get(key);
    if (output === undefined) {
      const source = sources.get(instance) ?? name;
      output = lineSplitter((line) => log({ source, stream, line }));
      outputs.set(key, output);
    }
    output.add(text);
  }

  worker.on('message', (message: HostMessage) => {
    if (message.kind === 'output') onOutput(message);
    else if (message.kind === 'success') settle(message.call, ({ resolve }) => resolve(message.payload));
    else settle(message.call, ({ reject }) => reject(message.error));
  });
  worker.on('error', (error: Error) => {
    die({ errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') });
  });
  worker.on('exit', (code) => {
    for (const output of outputs.values()) output.end();
    die({ errorType: 'Runtime.ExitError', errorMessage: `The runtime exited with ${code}.`, trace: [] });
    onEnd();
  });

  return {
    get isOpen() {
      return death === undefined && retired === undefined;
    },
    activeMs: () => (death === undefined ? worker.performance.eventLoopUtilization().active : 0),
    add: (source) => {
      lastInstance += 1;
      const instance = lastInstance;
      sources.set(instance, source);
      return {
        call: (call, limit) =>
          ask({ ...call, instance }, limit, () => {
            const error = timedOut(limit.what, limit.timeoutMs);
            retire({ ...error, errorMessage: `${source}, in the same thread: ${error.errorMessage}` });
          }),
        remove: (reason) => {
          for (const [call, pending] of calls) {
            if (pending.instance === instance) settle(call, ({ reject }) => reject(reason, 'crash'));
          }
          sources.delete(instance);
          if (death === undefined) send({ kind: 'unload', instance });
        },
      };
    },
    giveBackMemory: () => send({ kind: 'give-back-memory' }),
    end: stop,
  };
}
