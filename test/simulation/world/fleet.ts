import { MINUTE_MS } from '../../../lib/core/time.ts';
import { CLOCK_TOLERANCE_MS } from '../../../lib/protocol/table/clock-skew.ts';
import { Invocation, type Weather } from '../storm/chaos.ts';
import type { Dice } from '../storm/dice.ts';
import { Container, type FunctionName, type Ports, TIMEOUT_MS, type World } from './simulated-functions.ts';

/** Probability that a call starts a new container although an old one is free. */
const COLD_SHARE = 0.05;

/**
 * Functions whose stamps decide which endpoints expect an outcome. The others use the true clock, because the checks
 * measure how long they waited.
 */
const DATING: ReadonlySet<FunctionName> = new Set(['record', 'admin', 'relay']);

/** Runs functions as Lambda does: one invocation at a time in each container, ended by its time-out. */
export class Fleet {
  crashes = 0;
  readonly #idle = new Map<FunctionName, Container[]>();
  readonly #world: World;
  readonly #dice: Dice;
  readonly #weather: (name: FunctionName) => Weather;
  readonly #clocksDiffer: boolean;

  constructor(options: {
    readonly world: World;
    readonly dice: Dice;
    readonly weather: (name: FunctionName) => Weather;
    readonly clocksDiffer: boolean;
  }) {
    this.#world = options.world;
    this.#dice = options.dice;
    this.#weather = options.weather;
    this.#clocksDiffer = options.clocksDiffer;
  }

  #clockOffMs(name: FunctionName): number {
    return this.#clocksDiffer && DATING.has(name)
      ? this.#dice.between(-CLOCK_TOLERANCE_MS, CLOCK_TOLERANCE_MS)
      : 0;
  }

  /** Invokes a function. Resolves after the time-out to undefined if it died. */
  async invoke<T>(name: FunctionName, work: (ports: Ports) => Promise<T>): Promise<T | undefined> {
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    const warm = this.#dice.chance(COLD_SHARE) ? undefined : idle.pop();
    const container = warm ?? new Container(this.#world, this.#clockOffMs(name));
    const { time } = this.#world;
    return new Promise<T | undefined>((resolve, reject) => {
      const invocation = new Invocation({
        dice: this.#dice,
        time,
        weather: () => this.#weather(name),
        timeoutMs: TIMEOUT_MS[name],
        onDeath: () => {
          this.crashes += 1;
          time.at(time.now + MINUTE_MS, () => resolve(undefined));
        },
      });
      const giveBack = () => {
        if (!invocation.isDead) idle.push(container);
      };
      work(container.portsFor(invocation)).finally(giveBack).then(resolve, reject);
    });
  }
}
