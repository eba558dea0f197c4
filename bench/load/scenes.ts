import type { Pattern } from './target/generator.ts';

/** How outcomes reach the service. Each way gets a cloud of its own, so that none measures what another left behind. */
export const WAYS = ['single', 'batch', 'outbox', 'paced', 'flat'] as const;
type Way = (typeof WAYS)[number];

/** One load that is measured. */
export interface Scene {
  /** `single-8`: the way and the number of callers. */
  readonly name: string;
  readonly way: Way;
  readonly pattern: Pattern;
  /** Orders that are recorded and measured. */
  readonly count: number;
  /** Orders that are recorded before, and not measured: they start instances and fill connections. */
  readonly warmUp: number;
  /** Orders that are recorded before the warm-up in large batches, to see what grows with what is stored. */
  readonly stored: number;
}

export interface SceneChoice {
  readonly count: number;
  readonly warmUp: number;
  readonly callers: readonly number[];
  /** Names or ways; empty: all. */
  readonly only: readonly string[];
}

const BATCH = 100;
const PACE_PER_SECOND = 10;
const FLAT_CALLERS = 8;
const FLAT_STORED = 10;

/** @throws Error that names a scene of `only` that does not exist */
export function scenesOf({ only, ...numbers }: SceneChoice): readonly Scene[] {
  const all = WAYS.flatMap((way) => scenesOfWay(way, numbers));
  for (const name of only) {
    if (!all.some((scene) => isNamed(scene, name))) {
      throw new Error(
        `--only knows ${[...WAYS, ...all.map((scene) => scene.name)].join(', ')}, not ${name}.`,
      );
    }
  }
  return only.length === 0 ? all : all.filter((scene) => only.some((name) => isNamed(scene, name)));
}

function isNamed({ name, way }: Scene, wanted: string): boolean {
  return name === wanted || way === wanted;
}

function scenesOfWay(way: Way, { count, warmUp, callers }: Omit<SceneChoice, 'only'>): readonly Scene[] {
  const scene = { name: way, way, count, warmUp, stored: 0 };
  const byCallers = (number: number, batch: number): Scene => ({
    ...scene,
    name: `${way}-${number}`,
    pattern: { kind: 'callers', callers: number, batch },
    // Each caller has at least one full batch.
    count: batch === 1 ? count : Math.max(count, number * batch),
  });
  switch (way) {
    case 'single':
    case 'outbox':
      return callers.map((number) => byCallers(number, 1));
    case 'batch':
      return callers.map((number) => byCallers(number, BATCH));
    case 'paced':
      return [{ ...scene, pattern: { kind: 'paced', perSecond: PACE_PER_SECOND } }];
    case 'flat': {
      const first = { ...byCallers(FLAT_CALLERS, 1), name: 'flat-first' };
      return [first, { ...first, name: 'flat-later', stored: count * FLAT_STORED }];
    }
  }
}
