import { Fault } from '../../../lib/core/faults.ts';
import { MINUTE_MS } from '../../../lib/core/time.ts';
import type { Dice } from './dice.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Probabilities of each fault, at each call of a port. */
export interface Weather {
  readonly crash: number;
  /** The call fails before its effect, after it, or while its effect is still to come. */
  readonly failBefore: number;
  readonly failAfter: number;
  readonly failLate: number;
  /** The call takes effect twice: the SDK repeated a call whose answer was lost. */
  readonly twice: number;
  readonly slow: number;
  /** The call takes so long that the next run of the same function overtakes it. */
  readonly stall: number;
}

export const CALM: Weather = {
  crash: 0,
  failBefore: 0,
  failAfter: 0,
  failLate: 0,
  twice: 0,
  slow: 0.05,
  stall: 0,
};
export const STORM: Weather = {
  crash: 0.012,
  failBefore: 0.02,
  failAfter: 0.02,
  failLate: 0.01,
  twice: 0.03,
  slow: 0.25,
  stall: 0,
};

/** For functions whose runs may overtake each other. Their stamps are made after the wait. */
export const STALLING: Weather = { ...STORM, stall: 0.003 };

/** For a function whose runs mostly fail at some call, or stall while later runs overtake them. */
export const OVERTAKEN: Weather = { ...STORM, failBefore: 0.15, stall: 0.15 };

export function timesWorse(weather: Weather, times: number): Weather {
  const worse = Object.entries(weather).map(([name, chance]) => [name, Math.min(chance * times, 0.5)]);
  return Object.fromEntries(worse) as Weather;
}

/** The longest time until a call takes effect. Stamps rely on this bound. */
const MAX_LATE_MS = 2_900;
const MIN_STALL_MS = MINUTE_MS;
const MAX_STALL_MS = 4 * MINUTE_MS;
/** A receiver's answer that kills the calling process, such as one that uses up its memory. */
export const CALLER_KILLED = Symbol('the caller was killed');

/** One run of a function, which may die at any call. After that it does nothing and never answers. */
export class Invocation {
  isDead = false;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #weather: () => Weather;
  readonly #timeoutAtMs: number;
  readonly #onDeath: () => void;

  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly weather: () => Weather;
    /** The function's time-out. A longer run is killed. */
    readonly timeoutMs: number;
    readonly onDeath: () => void;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#weather = options.weather;
    this.#timeoutAtMs = options.time.now + options.timeoutMs;
    this.#onDeath = options.onDeath;
  }

  async call(effect: () => Promise<unknown>): Promise<unknown> {
    const dice = this.#dice;
    const weather = this.#weather();
    if (this.#isOver() || dice.chance(weather.crash)) return this.#die();
    if (dice.chance(weather.stall)) await this.#time.sleep(dice.between(MIN_STALL_MS, MAX_STALL_MS));
    if (dice.chance(weather.slow)) await this.#time.sleep(dice.between(1, 1_000));
    if (this.#isOver()) return this.#die();
    if (dice.chance(weather.failBefore)) throw outage();
    if (dice.chance(weather.failLate)) {
      this.#time.at(
        this.#time.now + dice.between(1, MAX_LATE_MS),
        () => void effect().catch(() => undefined),
      );
      throw outage();
    }
    let result = await effect();
    if (result === CALLER_KILLED) return this.#die();
    if (dice.chance(weather.twice)) result = await effect();
    if (dice.chance(weather.failAfter)) throw outage();
    if (this.#isOver() || dice.chance(weather.crash)) return this.#die();
    return result;
  }

  #isOver(): boolean {
    return this.isDead || this.#time.now > this.#timeoutAtMs;
  }

  #die(): Promise<never> {
    if (!this.isDead) {
      this.isDead = true;
      this.#onDeath();
    }
    // A promise of its own for each call, so that its waiters are released with it.
    return new Promise(() => undefined);
  }
}

/** The same port with faults injected at each call. The current invocation is looked up at each call. */
export function through<T extends object>(port: T, invocation: () => Invocation): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member = (target as Record<PropertyKey, unknown>)[name];
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => invocation().call(async () => member.apply(target, args));
    },
  });
}

function outage(): Fault {
  return new Fault({ code: 'unavailable', message: 'The storm.', retryable: true });
}
