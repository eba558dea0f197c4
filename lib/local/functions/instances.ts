import type { Container } from './container.ts';

/** An instance of a function, and what runs in it. */
export interface Instance {
  readonly container: Container;
  /** Number of events that it processes. */
  running: number;
  isStarted: boolean;
  /** Time of its last event, in ms since 1970. */
  usedAt: number;
  /** Events that ended since the last check. */
  answered: number;
  /** Its thread's active time at the last check. */
  activeMs: number;
  /** An event computes and lets no other one go on. */
  isBlocked: boolean;
}

export interface InstancesSetting {
  readonly eventsPerInstance: number;
  readonly maxInstances: number;
  /** An instance ends when it had no event for this long. `undefined`: never. */
  readonly idleMs: number | undefined;
  start(): Container;
  /** Whether all cores of the machine are busy. */
  isBusy(): boolean;
}

/** The instances of one function. */
export interface Instances {
  /** Number of instances that take events, also of those that are starting. */
  readonly count: number;
  /** When the last one began or ended its start, in ms since 1970. */
  readonly lastStart: number;
  /** Whether `place` would find an instance. */
  hasRoom(): boolean;
  /** Takes a place for one event: in the least busy instance, or in a new one if there is none. `undefined`: all are full. */
  place(): Instance | undefined;
  /** Gives a place back. */
  leave(instance: Instance): void;
  /** Starts another instance, unless there are enough or one is starting. */
  grow(): void;
  /** Resolves when an instance has started, or if there is none. */
  oneStarted(): Promise<void>;
  /** Ends all of them, and with them their events. */
  end(): Promise<void>;
}

/** While events run, threads are checked this often. */
const CHECK_MS = 1_000;
/** A thread computes without a pause if it is active for at least this share of the time. */
const COMPUTING_SHARE = 0.9;
/** Checks in a row before another instance starts: all threads are blocked, or they compute without a pause while a core is free. */
const CHECKS_TO_GROW = 2;

export function createInstances(setting: InstancesSetting): Instances {
  /** The oldest first. Those that take no more events stay until their last one has ended. */
  const all = new Set<Instance>();
  let lastStart = 0;
  let checksInARow = 0;
  let checkTimer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  function open(): readonly Instance[] {
    for (const instance of all)
      if (!instance.container.isOpen && instance.running === 0) all.delete(instance);
    return [...all].filter(({ container }) => container.isOpen);
  }

  function start(): Instance {
    const container = setting.start();
    const instance: Instance = {
      container,
      running: 0,
      isStarted: false,
      usedAt: Date.now(),
      answered: 0,
      activeMs: 0,
      isBlocked: false,
    };
    all.add(instance);
    lastStart = Date.now();
    void container.started.then(() => {
      instance.isStarted = true;
      lastStart = Date.now();
    });
    return instance;
  }

  function mayGrow(): boolean {
    const some = open();
    return some.length < setting.maxInstances && some.every(({ isStarted }) => isStarted);
  }

  /** Prefers instances that have started and are not blocked. Of equals, the oldest: then the others become idle, and end. */
  function leastBusy(): Instance | undefined {
    const weight = ({ isStarted, isBlocked, running }: Instance) =>
      running + (isStarted ? 0 : setting.eventsPerInstance) + (isBlocked ? 2 * setting.eventsPerInstance : 0);
    return open()
      .filter(({ running }) => running < setting.eventsPerInstance)
      .reduce<Instance | undefined>(
        (best, one) => (best === undefined || weight(one) < weight(best) ? one : best),
        undefined,
      );
  }

  function checkLater(): void {
    if (checkTimer !== undefined) return;
    for (const instance of all) {
      instance.answered = 0;
      instance.activeMs = instance.container.activeMs();
    }
    setting.isBusy();
    checkTimer = setTimeout(check, CHECK_MS);
    checkTimer.unref();
  }

  /** Finds blocked threads, and whether the threads have more to compute than they can. */
  function check(): void {
    checkTimer = undefined;
    const working = open().filter(({ isStarted, running }) => isStarted && running > 0);
    if (working.length === 0) {
      checksInARow = 0;
      return;
    }
    const isBusy = setting.isBusy();
    const computes = ({ container, activeMs }: Instance) =>
      container.activeMs() - activeMs >= CHECK_MS * COMPUTING_SHARE;
    for (const instance of working) instance.isBlocked = computes(instance) && instance.answered === 0;
    const isShort = working.every((one) => one.isBlocked) || (!isBusy && working.every(computes));
    checksInARow = isShort ? checksInARow + 1 : 0;
    if (checksInARow >= CHECKS_TO_GROW && mayGrow()) {
      checksInARow = 0;
      start();
    }
    checkLater();
  }

  /** Ends the instances that nobody has used for a while. */
  function endIdle(): void {
    clearTimeout(idleTimer);
    idleTimer = undefined;
    const { idleMs } = setting;
    const idle = open().filter(({ running }) => running === 0);
    if (idleMs === undefined || idle.length === 0) return;
    for (const instance of idle) {
      if (instance.usedAt + idleMs > Date.now()) continue;
      all.delete(instance);
      void instance.container.end();
    }
    const dueAt = Math.min(...idle.filter((one) => all.has(one)).map(({ usedAt }) => usedAt + idleMs));
    if (dueAt === Number.POSITIVE_INFINITY) return;
    idleTimer = setTimeout(endIdle, Math.max(dueAt - Date.now(), 0));
    idleTimer.unref();
  }

  return {
    get count() {
      return open().length;
    },
    get lastStart() {
      return lastStart;
    },
    hasRoom: () => {
      const instance = leastBusy();
      return open().length === 0 || instance?.isStarted === true;
    },
    place() {
      const instance = open().length === 0 ? start() : leastBusy();
      if (instance === undefined) return undefined;
      instance.running += 1;
      checkLater();
      return instance;
    },
    leave(instance) {
      instance.running -= 1;
      instance.answered += 1;
      instance.isBlocked = false;
      instance.usedAt = Date.now();
      if (instance.running === 0 && idleTimer === undefined) endIdle();
    },
    grow() {
      if (mayGrow()) start();
    },
    async oneStarted() {
      const some = open();
      if (some.length > 0 && !some.some(({ isStarted }) => isStarted))
        await Promise.race(some.map(({ container }) => container.started));
    },
    async end() {
      clearTimeout(checkTimer);
      clearTimeout(idleTimer);
      await Promise.all([...all].map(({ container }) => container.end()));
    },
  };
}
