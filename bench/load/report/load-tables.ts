import { tableOf } from '../../print/text-table.ts';
import { GENERATOR, type LoadResult, type MemoryResult, type SceneResult, SINK } from './result.ts';

/** All tables of a run, as text for a terminal. */
export function loadTables({ scenes, memory }: Pick<LoadResult, 'scenes' | 'memory'>): string {
  const tables = [figuresTable(scenes), costTable(scenes), memoryTable(memory), remarks(scenes)];
  return tables.filter((table) => table !== '').join('\n\n');
}

function figuresTable(scenes: readonly SceneResult[]): string {
  const titles = [
    'milliseconds',
    'count',
    'accepted/s',
    'delivered/s',
    'answer p50',
    'p99',
    'first attempt p50',
    'p99',
    'p99.9',
    'missing',
    'repeated',
    'CPU s per 1,000',
  ];
  const rows = scenes.map((scene) => [
    scene.name,
    String(scene.count),
    whole(scene.acceptedPerSecond),
    whole(scene.deliveredPerSecond),
    figure(scene.accepted.p50),
    figure(scene.accepted.p99),
    figure(scene.delivered.p50),
    figure(scene.delivered.p99),
    figure(scene.delivered.p999),
    String(scene.missing),
    String(scene.repeated),
    scene.cpu.length === 0 ? '–' : serviceCost(scene).toFixed(2),
  ]);
  return tableOf(titles, rows);
}

/** CPU seconds per 1,000 of the service alone: without generator and sink. */
export function serviceCost({ cpu }: Pick<SceneResult, 'cpu'>): number {
  return cpu
    .filter(({ process }) => process !== GENERATOR && process !== SINK)
    .reduce((sum, { per1000 }) => sum + per1000, 0);
}

/** Parts that nowhere use so much are left out. */
const MIN_PER_1000 = 0.005;

/** A row for each process and each part of one, a column for each scene. */
function costTable(scenes: readonly SceneResult[]): string {
  const measured = scenes.filter(({ cpu }) => cpu.length > 0);
  if (measured.length === 0) return '';
  const processes = [...new Set(measured.flatMap(({ cpu }) => cpu.map(({ process }) => process)))];
  const rows = processes.flatMap((process) => {
    const costs = measured.map(({ cpu }) => cpu.find((one) => one.process === process));
    const parts = [...new Set(costs.flatMap((cost) => cost?.parts.map(({ part }) => part) ?? []))];
    const partRows = parts
      .map((part) => ({
        part,
        used: costs.map((cost) => cost?.parts.find((one) => one.part === part)?.per1000),
      }))
      .filter(({ used }) => used.some((per1000) => (per1000 ?? 0) >= MIN_PER_1000))
      .map(({ part, used }) => [`  ${part}`, ...used.map(seconds)]);
    return [[process, ...costs.map((cost) => seconds(cost?.per1000))], ...(parts.length > 1 ? partRows : [])];
  });
  return tableOf(['CPU s per 1,000', ...measured.map(({ name }) => name)], rows);
}

function memoryTable(memory: readonly MemoryResult[]): string {
  if (memory.length === 0) return '';
  const rows = memory.map(({ way, process, before, peak, after }) => [
    `${way}: ${process}`,
    String(before),
    String(peak),
    after === undefined ? '' : String(after),
  ]);
  return tableOf(['memory in MB', 'before', 'peak', 'after'], rows);
}

function remarks(scenes: readonly SceneResult[]): string {
  return scenes
    .flatMap(({ name, warnings, notes }) => [
      ...warnings.map((text) => `NOT COMPARABLE ${name}: ${text}`),
      ...notes.map((text) => `${name}: ${text}`),
    ])
    .join('\n');
}

const seconds = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
const whole = (value: number) => value.toFixed(0);
const figure = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
