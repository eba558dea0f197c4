import { Fault } from '../../lib/core/faults.ts';
import type { VirtualTime } from './virtual-time.ts';

/** All randomness of one run, from one seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0;
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Whole, from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.between(0, 255));
  }
}

/** How likely each thing goes wrong, at each call of a port. */
export interface Weather {
  readonly crash: number;
  /** Fails before its effect, after it, and with the effect still to come. */
  readonly failBefore: number;
  readonly failAfter: number;
  readonly failLate: number;
  /** Has its effect twice: the SDK repeated a call whose answer was lost. */
  readonly twice: number;
  readonly slow: number;
}

export const CALM: Weather = { crash: 0, failBefore: 0, failAfter: 0, failLate: 0, twice: 0, slow: 0.05 };
export const STORM: Weather = {
  crash: 0.012,
  failBefore: 0.02,
  failAfter: 0.02,
  failLate: 0.01,
  twice: 0.03,
  slow: 0.25,
};

/** The longest that a call takes to have its effect: the bound that stamps rely on. */
const MAX_LATE_MS = 2_900;
const NEVER = new Promise<never>(() => undefined);

/** One run of a function, which may die at any call. The dead neither go on nor answer. */
export class Invocation {
  isDead = false;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #weather: () => Weather;
  readonly #onDeath: () => void;

  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly weather: () => Weather;
    readonly onDeath: () => void;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#weather = options.weather;
    this.#onDeath = options.onDeath;
  }

  /** The same port, with everything that may happen at each of its calls. */
  through<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member = (target as Record<PropertyKey, unknown>)[name];
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#call(async () => member.apply(target, args));
      },
    });
  }

  async #call(effect: () => Promise<unknown>): Promise<unknown> {
    const dice = this.#dice;
    const weather = this.#weather();
    if (this.isDead || dice.chance(weather.crash)) return this.#die();
    if (dice.chance(weather.slow)) await this.#time.sleep(dice.between(1, 1_000));
    if (this.isDead) return NEVER;
    if (dice.chance(weather.failBefore)) throw outage();
    if (dice.chance(weather.failLate)) {
      this.#time.at(
        this.#time.now + dice.between(1, MAX_LATE_MS),
        () => void effect().catch(() => undefined),
      );
      throw outage();
    }
    let result = await effect();
    if (dice.chance(weather.twice)) result = await effect();
    if (dice.chance(weather.failAfter)) throw outage();
    if (this.isDead || dice.chance(weather.crash)) return this.#die();
    return result;
  }

  #die(): Promise<never> {
    if (!this.isDead) {
      this.isDead = true;
      this.#onDeath();
    }
    return NEVER;
  }
}

function outage(): Fault {
  return new Fault({ code: 'unavailable', message: 'The storm.', retryable: true });
}
