import { MINUTE_MS } from '../../lib/core/time.ts';
import { Invocation, type Weather } from './chaos.ts';
import type { Dice } from './dice.ts';
import { Container, type FunctionName, type Ports, TIMEOUT_MS, type World } from './simulated-functions.ts';

/** How often a call comes to a new container though an old one is free. */
const COLD_SHARE = 0.05;

/** The functions as Lambda runs them: each container one invocation at a time, and no longer than its time-out. */
export class Fleet {
  crashes = 0;
  readonly #idle = new Map<FunctionName, Container[]>();
  readonly #world: World;
  readonly #dice: Dice;
  readonly #weather: (name: FunctionName) => Weather;

  constructor(options: {
    readonly world: World;
    readonly dice: Dice;
    readonly weather: (name: FunctionName) => Weather;
  }) {
    this.#world = options.world;
    this.#dice = options.dice;
    this.#weather = options.weather;
  }

  /** One invocation of a function; undefined where it died, which the caller learns after the time-out. */
  async invoke<T>(name: FunctionName, work: (ports: Ports) => Promise<T>): Promise<T | undefined> {
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    const warm = this.#dice.chance(COLD_SHARE) ? undefined : idle.pop();
    const container = warm ?? new Container(this.#world);
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
