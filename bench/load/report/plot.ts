import type { LoadResult, MemoryResult, SceneResult } from './result.ts';
import { type Box, bar, colourOf, curve, legend, line, type Point, picture, text, ticksTo } from './svg.ts';

const WIDTH = 760;
const LEFT = 110;
const RIGHT = 20;
const ROW = 18;
const HEAD = 48;
const FOOT = 28;
const CURVES_HEIGHT = 160;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;

/** One part of the picture, drawn from its upper edge. */
interface Panel {
  readonly height: number;
  draw(top: number): readonly string[];
}

/** Delays, CPU, and memory over time, one below the other. */
export function loadPlot({ scenes, memory, machine, at }: LoadResult): string {
  const longest = longestWay(memory);
  const panels = [
    delayPanel(scenes.filter(({ delivered }) => Number.isFinite(delivered.p99))),
    costPanel(scenes.filter(({ cpu }) => cpu.length > 0)),
    memoryPanel(memory.filter(({ way }) => way === longest)),
  ].filter((panel) => panel !== undefined);
  let top = 0;
  const drawn = panels.flatMap((panel) => {
    const parts = panel.draw(top);
    top += panel.height;
    return parts;
  });
  const source = `${machine.processors} × ${machine.processor}, Node ${machine.node}, ${at.slice(0, 10)}`;
  return picture({ width: WIDTH, height: top + FOOT, title: 'Tidings’ local cloud under load' }, [
    ...drawn,
    text(source, { x: LEFT, y: top + ROW }),
  ]);
}

/** From the request's start to the first attempt: a bar from the median to the 99th percentile. */
function delayPanel(scenes: readonly SceneResult[]): Panel | undefined {
  const ticks = ticksTo(Math.max(1, ...scenes.map(({ delivered }) => delivered.p99)), 'logarithmic');
  const last = ticks.at(-1) ?? 1;
  const xOf = (ms: number) => LEFT + (PLOT_WIDTH * Math.log10(Math.max(ms, 1))) / Math.log10(last);
  return rowsPanel({
    title: 'Milliseconds from request to first attempt, from p50 to p99',
    names: scenes.map(({ name }) => name),
    ticks: ticks.map((value) => ({ label: value.toLocaleString('en'), x: xOf(value) })),
    series: [],
    drawRow: (index, box) => {
      const { p50, p99 } = scenes[index]?.delivered ?? { p50: 0, p99: 0 };
      return [bar({ ...box, x: xOf(p50), width: Math.max(xOf(p99) - xOf(p50), 3) }, colourOf(0))];
    },
  });
}

/** CPU seconds per 1,000, stacked by process. */
function costPanel(scenes: readonly SceneResult[]): Panel | undefined {
  const processes = [...new Set(scenes.flatMap(({ cpu }) => cpu.map(({ process }) => process)))];
  const sums = scenes.map(({ cpu }) => cpu.reduce((sum, { per1000 }) => sum + per1000, 0));
  const ticks = ticksTo(Math.max(0, ...sums), 'linear');
  const last = ticks.at(-1) ?? 1;
  const widthOf = (seconds: number) => (PLOT_WIDTH * seconds) / last;
  return rowsPanel({
    title: 'CPU seconds for 1,000 notifications',
    names: scenes.map(({ name }) => name),
    ticks: ticks.map((value) => ({ label: tickLabel(value), x: LEFT + widthOf(value) })),
    series: processes,
    drawRow: (index, box) => {
      let x = LEFT;
      return processes.map((process, series) => {
        const cost = scenes[index]?.cpu.find((one) => one.process === process)?.per1000 ?? 0;
        const part = bar({ ...box, x, width: widthOf(cost) }, colourOf(series));
        x += widthOf(cost);
        return part;
      });
    },
  });
}

interface Rows {
  readonly title: string;
  readonly names: readonly string[];
  readonly ticks: readonly Tick[];
  /** Names for the legend. */
  readonly series: readonly string[];
  readonly drawRow: (index: number, box: Box) => readonly string[];
}

interface Tick {
  readonly label: string;
  readonly x: number;
}

/** A row for each name. Nothing without names. */
function rowsPanel({ title, names, ticks, series, drawRow }: Rows): Panel | undefined {
  if (names.length === 0) return undefined;
  return {
    height: HEAD + names.length * ROW + FOOT,
    draw: (top) => {
      const first = top + HEAD;
      const bottom = first + names.length * ROW;
      return [
        ...heading(title, series, top),
        ...ticks.flatMap(({ label, x }) => [
          line({ x, y: first }, { x, y: bottom }, 'grid'),
          text(label, { x, y: bottom + 15 }, { anchor: 'middle' }),
        ]),
        ...names.flatMap((name, index) => {
          const y = first + index * ROW;
          return [
            text(name, { x: LEFT - 8, y: y + 13 }, { anchor: 'end' }),
            ...drawRow(index, { x: LEFT, y: y + 3, width: 0, height: ROW - 6 }),
          ];
        }),
        line({ x: LEFT, y: first }, { x: LEFT, y: bottom }, 'axis'),
      ];
    },
  };
}

/** Resident memory over time, a curve for each process. */
function memoryPanel(memory: readonly MemoryResult[]): Panel | undefined {
  const samples = memory.flatMap((one) => one.samples);
  if (samples.length === 0) return undefined;
  const seconds = Math.max(1, ...samples.map(({ atSeconds }) => atSeconds));
  const ticks = ticksTo(Math.max(...samples.map(({ megabytes }) => megabytes)), 'linear');
  const last = ticks.at(-1) ?? 1;
  return {
    height: HEAD + CURVES_HEIGHT + FOOT,
    draw: (top) => {
      const bottom = top + HEAD + CURVES_HEIGHT;
      const yOf = (megabytes: number) => bottom - (CURVES_HEIGHT * megabytes) / last;
      const pointOf = ({ atSeconds, megabytes }: MemoryResult['samples'][number]): Point => ({
        x: LEFT + (PLOT_WIDTH * atSeconds) / seconds,
        y: yOf(megabytes),
      });
      const end = { x: WIDTH - RIGHT, y: bottom };
      return [
        ...heading(
          `Resident memory in MB, scenes ${memory[0]?.way}`,
          memory.map(({ process }) => process),
          top,
        ),
        ...ticks.flatMap((value) => [
          line({ x: LEFT, y: yOf(value) }, { ...end, y: yOf(value) }, 'grid'),
          text(tickLabel(value), { x: LEFT - 8, y: yOf(value) + 4 }, { anchor: 'end' }),
        ]),
        ...memory.map((one, series) => curve(one.samples.map(pointOf), colourOf(series))),
        text('0', { x: LEFT, y: bottom + 15 }),
        text(`${Math.round(seconds)} s`, { ...end, y: bottom + 15 }, { anchor: 'end' }),
      ];
    },
  };
}

function heading(title: string, series: readonly string[], top: number): readonly string[] {
  return [text(title, { x: LEFT, y: top + 20 }, { isTitle: true }), legend(series, { x: LEFT, y: top + 39 })];
}

/** The way that was watched for the longest time shows best whether memory comes back. */
function longestWay(memory: readonly MemoryResult[]): string | undefined {
  return memory.toSorted((left, right) => right.samples.length - left.samples.length)[0]?.way;
}

const tickLabel = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2 });
