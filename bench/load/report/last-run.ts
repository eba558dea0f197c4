import { tableOf } from '../../print/text-table.ts';
import { serviceCost } from './load-tables.ts';
import type { LoadResult, Machine, SceneResult } from './result.ts';

/** How the figures of a run relate to those of the run before, as text. Empty if no scene is in both. */
export function comparisonOf(now: LoadResult, before: LoadResult): string {
  const pairs = now.scenes.flatMap((scene) => {
    const earlier = before.scenes.find((one) => isSameLoad(one, scene));
    return earlier === undefined ? [] : [{ scene, earlier }];
  });
  if (pairs.length === 0) return '';
  const rows = pairs.map(({ scene, earlier }) => [
    scene.name,
    ratio(scene.acceptedPerSecond, earlier.acceptedPerSecond),
    ratio(scene.deliveredPerSecond, earlier.deliveredPerSecond),
    ratio(scene.delivered.p50, earlier.delivered.p50),
    ratio(scene.delivered.p99, earlier.delivered.p99),
    ratio(serviceCost(scene), serviceCost(earlier)),
    [scene, earlier].some(({ warnings }) => warnings.length > 0) ? 'not comparable' : '',
  ]);
  const titles = [
    `÷ the run of ${before.at}`,
    'accepted/s',
    'delivered/s',
    'first attempt p50',
    'p99',
    'CPU',
    '',
  ];
  const other = isSameMachine(now.machine, before.machine)
    ? ''
    : '\nThe run before was on another machine, or with another version of Node.';
  return `${tableOf(titles, rows)}${other}`;
}

/**
 * What grew with what is stored: the scene after many records, divided by the same scene at first. Empty if one of
 * them was not run.
 */
export function flatnessOf(scenes: readonly SceneResult[]): string {
  const first = scenes.find(({ name }) => name === 'flat-first');
  const later = scenes.find(({ name }) => name === 'flat-later');
  if (first === undefined || later === undefined) return '';
  const parts = [
    `CPU ${ratio(serviceCost(later), serviceCost(first))}`,
    `first attempt p50 ${ratio(later.delivered.p50, first.delivered.p50)}`,
    `p99 ${ratio(later.delivered.p99, first.delivered.p99)}`,
    `delivered/s ${ratio(later.deliveredPerSecond, first.deliveredPerSecond)}`,
  ];
  return `flat-later ÷ flat-first: ${parts.join(', ')}`;
}

function isSameLoad(one: SceneResult, other: SceneResult): boolean {
  return one.name === other.name && one.target === other.target && one.count === other.count;
}

function isSameMachine(one: Machine, other: Machine): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** JSON has no NaN: what was not measured is read back as null. */
function ratio(now: number | null, before: number | null): string {
  const value = (now ?? Number.NaN) / (before ?? Number.NaN);
  return Number.isFinite(value) ? `${value.toFixed(2)}×` : '–';
}
