import type { Log } from '../logging/log.ts';
import { type Host, startHost } from './host.ts';
import { STOPPED } from './invocation-failure.ts';

/** The threads in which functions run. */
export interface Hosts {
  /** Starts a thread for one instance. */
  start(name: string): Host;
  /** The thread of all functions that only timers invoke. They seldom run, and a thread takes 30 MB and more. */
  shared(): Host;
  /** Stops the shared thread. */
  stop(): Promise<void>;
}

/** @param compileCache directory of V8's compile cache */
export function openHosts(compileCache: string, log: Log): Hosts {
  let shared: Host | undefined;
  const start = (name: string) => startHost({ name, compileCache, log });
  return {
    start,
    shared: () => {
      if (shared?.isOpen !== true) shared = start('timers');
      return shared;
    },
    stop: async () => {
      await shared?.end(STOPPED);
    },
  };
}
