import { percentileOf } from '../../load/measure/percentiles.ts';
import { serviceCost } from '../../load/report/load-tables.ts';
import type { SceneResult } from '../../load/report/result.ts';
import type { ContestantResult } from '../comparison.ts';

/** One figure of every contestant that is compared. */
export interface Figure {
  readonly title: string;
  /** Where more is better. Otherwise less is. */
  readonly moreIsBetter: boolean;
  /** Median of the rounds. NaN if it was not measured. */
  readonly of: (result: ContestantResult) => number;
  readonly show: (value: number) => string;
}

const whole = (value: number) => value.toFixed(0);
const fine = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const cents = (value: number) => value.toFixed(2);

/** The figures of a run, in the order of their columns. */
export const FIGURES: readonly Figure[] = [
  burst('accepted/s', { moreIsBetter: true, show: whole, of: (scene) => scene.acceptedPerSecond }),
  burst('delivered/s', { moreIsBetter: true, show: whole, of: (scene) => scene.deliveredPerSecond }),
  burst('first attempt p50, ms', { show: fine, of: (scene) => scene.delivered.p50 }),
  burst('p99, ms', { show: fine, of: (scene) => scene.delivered.p99 }),
  burst('CPU s per 1,000', { show: cents, of: costOf }),
  { title: 'memory, MB', moreIsBetter: false, show: whole, of: peakMemory },
  {
    title: 'paced p50, ms',
    moreIsBetter: false,
    show: fine,
    of: ({ paced }) => paced?.delivered.p50 ?? Number.NaN,
  },
  {
    title: 'paced p99, ms',
    moreIsBetter: false,
    show: fine,
    of: ({ paced }) => paced?.delivered.p99 ?? Number.NaN,
  },
];

interface BurstFigure {
  readonly moreIsBetter?: boolean;
  readonly show: Figure['show'];
  readonly of: (scene: SceneResult) => number;
}

function burst(title: string, { moreIsBetter = false, show, of }: BurstFigure): Figure {
  return { title, moreIsBetter, show, of: ({ bursts }) => percentileOf(bursts.map(of), 0.5) };
}

function costOf(scene: SceneResult): number {
  return scene.cpu.length === 0 ? Number.NaN : serviceCost(scene);
}

/** The sum of what each of its processes held at most. */
function peakMemory({ memory }: ContestantResult): number {
  return memory.length === 0 ? Number.NaN : memory.reduce((sum, { peak }) => sum + peak, 0);
}

/** Tidings' figure divided by another's: 2 is twice as much. NaN if one of them was not measured, or is zero. */
export function ratioOf(figure: Figure, own: ContestantResult, other: ContestantResult): number {
  const divisor = figure.of(other);
  return divisor > 0 ? figure.of(own) / divisor : Number.NaN;
}

/** The contestant whose figure is best. `undefined` if none was measured. */
export function bestOf(figure: Figure, results: readonly ContestantResult[]): ContestantResult | undefined {
  const direction = figure.moreIsBetter ? -1 : 1;
  return results
    .filter((result) => !Number.isNaN(figure.of(result)))
    .toSorted((left, right) => direction * (figure.of(left) - figure.of(right)))[0];
}
