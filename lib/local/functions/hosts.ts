import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Log } from '../logging/log.ts';
import { type Host, startHost } from './host.ts';

/** The threads in which functions run. */
export interface Hosts {
  /** Starts a thread for one instance. */
  start(name: string): Host;
  /** The thread of all functions that only timers invoke. They seldom run, and a thread takes 30 MB and more. */
  shared(): Host;
  /** Whether our threads could use more processor cores than there are, so that another thread would only take turns with them. */
  areSaturated(): boolean;
  /** Stops the shared thread. */
  stop(): Promise<void>;
}

/** Shorter times say little about a thread. */
const MIN_SAMPLE_MS = 50;
/** Share of all cores from which on they count as used up. */
const SATURATION = 0.9;

/** @param compileCache directory of V8's compile cache */
export function openHosts(compileCache: string, log: Log): Hosts {
  const hosts = new Map<Host, number>();
  let shared: Host | undefined;
  let sampledAt = performance.now();
  let ownActiveMs = 0;
  let isSaturated = false;

  function start(name: string): Host {
    const host = startHost({ name, compileCache, log, onEnd: () => hosts.delete(host) });
    hosts.set(host, 0);
    return host;
  }

  /** Active time of all threads since the last sample. A thread that waits for a core counts as active. */
  function sample(): number {
    const own = performance.eventLoopUtilization().active;
    let activeMs = own - ownActiveMs;
    ownActiveMs = own;
    for (const [host, before] of hosts) {
      const now = host.activeMs();
      activeMs += now - before;
      hosts.set(host, now);
    }
    return activeMs;
  }

  return {
    start,
    shared: () => {
      if (shared?.isAlive !== true) shared = start('timers');
      return shared;
    },
    areSaturated: () => {
      const elapsedMs = performance.now() - sampledAt;
      if (elapsedMs >= MIN_SAMPLE_MS) {
        isSaturated = sample() > elapsedMs * availableParallelism() * SATURATION;
        sampledAt += elapsedMs;
      }
      return isSaturated;
    },
    stop: async () => {
      await shared?.end({ errorType: 'Runtime.Ended', errorMessage: 'The local cloud stopped.', trace: [] });
    },
  };
}
