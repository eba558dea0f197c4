import { Worker } from 'node:worker_threads';
import type { Log } from '../logging/log.ts';
import { forwardLines, type LineSplitter, lineSplitter } from '../logging/log.ts';
import type { HostMessage, HostRequest, HostSetting, InstanceMessage, InvocationError } from './protocol.ts';

/** What an instance hears from its thread. */
interface InstanceListener {
  /** Log source of what the instance writes. */
  readonly source: string;
  onMessage(message: InstanceMessage): void;
  /** The thread ended, and the instance with it. Called once. */
  onDeath(error: InvocationError): void;
}

/** A worker thread that hosts instances of functions. */
export interface Host {
  /** `false` once it has crashed or was stopped. */
  readonly isAlive: boolean;
  /** Time for which the thread computed or waited for a core, in ms since its start. */
  activeMs(): number;
  /** Time for which requests to others than the cloud were under way, in ms since its start. */
  outsideMs(): number;
  /** Announces an instance. The listener hears everything that concerns it. */
  add(listener: InstanceListener): HostedInstance;
  /** Stops the thread and with it all its instances. */
  end(reason: InvocationError): Promise<void>;
}

/** An instance's way to its thread. */
interface HostedInstance {
  send(message: Unaddressed<HostRequest>): void;
  /** Forgets the instance. Its thread goes on for the others. */
  remove(): void;
}

/** A message without the number of its instance. */
type Unaddressed<Message> = Message extends unknown ? Omit<Message, 'instance'> : never;

export interface HostOptions extends Pick<HostSetting, 'compileCache'> {
  /** Name of the thread, for profilers and process viewers. */
  readonly name: string;
  readonly log: Log;
}

/** Functions make much short-lived garbage. A small young generation costs no more time, and much less memory. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 8 };
const THREAD_URL = new URL('./host-thread.mjs', import.meta.url);

/** Starts a thread without instances. */
export function startHost({ name, compileCache, log }: HostOptions): Host {
  const setting: HostSetting = { compileCache, outside: new SharedArrayBuffer(16) };
  const outside = new Float64Array(setting.outside);
  // The environment is each instance's own.
  const worker = new Worker(THREAD_URL, {
    name,
    workerData: setting,
    env: {},
    resourceLimits: RESOURCE_LIMITS,
    stdout: true,
    stderr: true,
  });
  forwardLines(worker.stdout, (line) => log({ source: name, stream: 'stdout', line }));
  forwardLines(worker.stderr, (line) => log({ source: name, stream: 'stderr', line }));
  const listeners = new Map<number, InstanceListener>();
  const outputs = new Map<string, LineSplitter>();
  let lastInstance = 0;
  let isAlive = true;

  function die(error: InvocationError): void {
    if (!isAlive) return;
    isAlive = false;
    for (const listener of listeners.values()) listener.onDeath(error);
  }

  function onOutput({ instance, stream, text }: Extract<HostMessage, { readonly kind: 'output' }>): void {
    const key = `${instance} ${stream}`;
    let output = outputs.get(key);
    if (output === undefined) {
      const source = listeners.get(instance)?.source ?? name;
      output = lineSplitter((line) => log({ source, stream, line }));
      outputs.set(key, output);
    }
    output.add(text);
  }

  worker.on('message', (message: HostMessage) => {
    if (message.kind === 'output') onOutput(message);
    else listeners.get(message.instance)?.onMessage(message);
  });
  worker.on('error', (error: Error) => {
    die({ errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') });
  });
  worker.on('exit', (code) => {
    for (const output of outputs.values()) output.end();
    die({ errorType: 'Runtime.ExitError', errorMessage: `The runtime exited with ${code}.`, trace: [] });
  });

  return {
    get isAlive() {
      return isAlive;
    },
    activeMs: () => (isAlive ? worker.performance.eventLoopUtilization().active : 0),
    outsideMs: () => {
      const [total = 0, since = 0] = outside;
      return since > 0 ? total + Date.now() - since : total;
    },
    add: (listener) => {
      lastInstance += 1;
      const instance = lastInstance;
      listeners.set(instance, listener);
      const send = (message: Unaddressed<HostRequest>) =>
        worker.postMessage({ ...message, instance } satisfies HostRequest);
      return {
        send,
        remove: () => {
          listeners.delete(instance);
          if (isAlive) send({ kind: 'unload' });
        },
      };
    },
    end: async (reason) => {
      die(reason);
      await worker.terminate();
    },
  };
}
