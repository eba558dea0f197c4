import type { Frame } from './recorded-terminal.ts';
import type { Cell, ScreenSize } from './screen.ts';

/**
 * A recording as an animated SVG: no script, no font of its own, and the last picture for readers who want no motion. Each row that was
 * ever shown is drawn once, and the frames of a film strip refer to it.
 */

export interface Recording {
  readonly frames: readonly Frame[];
  readonly size: ScreenSize;
  readonly title: string;
}

const CELL = { width: 8.4, height: 18 } as const;
const MARGIN = 16;
const BAR = 34;
/** A pause of the program is no longer than this in the picture. */
const MAX_PAUSE_MS = 1_800;
const LAST_MS = 6_000;
const COLOURS: Readonly<Record<string, string>> = { 31: 'r', 32: 'g', 33: 'y', 2: 'd', 1: 'b' };

const STYLE = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}
.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.d{fill:#8b949e}.b{font-weight:700}`;

export function svgOf({ frames, size, title }: Recording): string {
  const rows = new Map<string, string>();
  const idOf = (cells: readonly Cell[]) => {
    const drawn = drawnRow(cells);
    if (drawn === '') return undefined;
    const known = rows.get(drawn) ?? `r${rows.size}`;
    rows.set(drawn, known);
    return known;
  };
  const [width, height] = [size.columns * CELL.width + 2 * MARGIN, size.rows * CELL.height];
  const strip = frames.map(({ cells }, at) =>
    cells
      .map((row, line) => [idOf(row), at * height + line * CELL.height] as const)
      .filter(([id]) => id !== undefined)
      .map(([id, y]) => `<use href="#${id}" y="${y}"/>`)
      .join(''),
  );
  const times = timesOf(frames);
  const totalMs = (times.at(-1) ?? 0) + LAST_MS;
  const keys = times.map((ms, at) => `${percent(ms / totalMs)}{transform:translateY(-${at * height}px)}`);
  const last = (frames.length - 1) * height;
  const definitions = [...rows].map(([drawn, id]) => `<text id="${id}" y="14">${drawn}</text>`);
  const [fullWidth, fullHeight] = [round(width), BAR + height + MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>${STYLE}
.film{animation:film ${totalMs / 1_000}s step-end infinite;transform:translateY(-${last}px)}
@keyframes film{${keys.join('')}}
@media (prefers-reduced-motion:reduce){.film{animation:none}}</style>
<defs>${definitions.join('\n')}</defs>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="17" r="5" fill="#ff5f57"/><circle cx="38" cy="17" r="5" fill="#febc2e"/><circle cx="56" cy="17" r="5" fill="#28c840"/>
<text x="${round(width / 2)}" y="22" text-anchor="middle" class="d">${escaped(title)}</text>
<svg x="${MARGIN}" y="${BAR}" width="${round(size.columns * CELL.width)}" height="${height}"><g class="film">
${strip.join('\n')}
</g></svg>
</svg>
`;
}

/** The times of the frames, without long pauses. */
function timesOf(frames: readonly Frame[]): readonly number[] {
  let ms = 0;
  return frames.map(({ atMs }, at) => {
    ms += Math.min(MAX_PAUSE_MS, atMs - (frames[at - 1]?.atMs ?? atMs));
    return ms;
  });
}

/** Runs of one style, each at its place and of its length, so that no font can move the columns. */
function drawnRow(cells: readonly Cell[]): string {
  const runs: { text: string; style: string; column: number }[] = [];
  cells.forEach(({ character, style }, column) => {
    const last = runs.at(-1);
    // Signs that another font may draw have a place of their own.
    const isAscii = /^[ -~]$/.test(character);
    if (last !== undefined && last.style === style && isAscii && /[ -~]$/.test(last.text))
      last.text += character;
    else runs.push({ text: character, style, column });
  });
  return mergedRules(runs)
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, style, column }) => {
      const shown = text.trimEnd();
      const classes = style
        .split(';')
        .map((one) => COLOURS[one])
        .filter((one) => one !== undefined);
      const name = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
      const isRule = shown.startsWith('─');
      const length = shown.length > 1 || isRule ? ` textLength="${round(shown.length * CELL.width)}"` : '';
      const fit = isRule ? ' lengthAdjust="spacingAndGlyphs"' : '';
      return `<tspan x="${round(column * CELL.width)}"${length}${fit}${name}>${escaped(shown)}</tspan>`;
    })
    .join('');
}

/** A line of `─` is one run. */
function mergedRules<Run extends { text: string; style: string }>(runs: readonly Run[]): readonly Run[] {
  const merged: Run[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (run.text === '─' && last?.text.startsWith('─') === true) last.text += '─';
    else merged.push(run);
  }
  return merged;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
