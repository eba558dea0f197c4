import type { Log } from '../logging/log.ts';
import { giveBackMemory } from './give-back-memory.mjs';
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

/**
 * In MB. Events make much garbage that dies with them. The more of it a thread may gather, the less of it is still in use when
 * V8 collects, and copied. A timer's seldom event gains nothing, and its thread would keep the memory.
 */
const YOUNG_GENERATION_MB = { own: 24, shared: 8 };

/** The threads of a load end one after the other. What they leave is given back this long after the last. */
const QUIET_MS = 2_000;

/**
 * @param compileCache directory of V8's compile cache
 * @param giveBack gives back the memory of the main thread
 */
export function openHosts(compileCache: string, log: Log, giveBack: () => void = giveBackMemory): Hosts {
  let shared: Host | undefined;
  let quietTimer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const giveBackLater = () => {
    clearTimeout(quietTimer);
    if (isStopped) return;
    quietTimer = setTimeout(() => {
      giveBack();
      if (shared?.isOpen === true) shared.giveBackMemory();
    }, QUIET_MS);
    quietTimer.unref();
  };

  const start = (name: string, youngGenerationMb: number) =>
    startHost({ name, youngGenerationMb, compileCache, log, onEnd: giveBackLater });

  return {
    start: (name) => start(name, YOUNG_GENERATION_MB.own),
    shared: () => {
      if (shared?.isOpen !== true) shared = start('timers', YOUNG_GENERATION_MB.shared);
      return shared;
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(quietTimer);
      await shared?.end(STOPPED);
    },
  };
}
