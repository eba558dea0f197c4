/** Small parts of an SVG picture. Its colours suit a light and a dark page, also where it is shown as an image. */

/** Series in the order in which they are used. */
const SERIES = ['#3b82f6', '#f59e0b', '#10b981', '#a855f7', '#ef4444', '#64748b'];

const STYLE = `text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;font-size:13px}
.axis{stroke:#8c959f;stroke-width:1}.grid{stroke:#8c959f;stroke-opacity:.25}
@media(prefers-color-scheme:dark){text{fill:#b1bac4}}`;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export function colourOf(series: number): string {
  return SERIES[series % SERIES.length] ?? 'gray';
}

export function picture(
  { width, height, title }: { readonly width: number; readonly height: number; readonly title: string },
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style>`,
    ...parts.filter((part) => part !== ''),
    '</svg>\n',
  ].join('\n');
}

export function text(content: string, { x, y }: Point, look: TextLook = {}): string {
  const { anchor = 'start', isTitle = false } = look;
  const name = isTitle ? ' class="title"' : '';
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}"${name}>${escaped(content)}</text>`;
}

interface TextLook {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly isTitle?: boolean;
}

export function bar({ x, y, width, height }: Box, colour: string): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(Math.max(width, 0.5))}" height="${n(height)}" fill="${colour}"/>`;
}

export function line(from: Point, to: Point, look: 'axis' | 'grid'): string {
  return `<line class="${look}" x1="${n(from.x)}" y1="${n(from.y)}" x2="${n(to.x)}" y2="${n(to.y)}"/>`;
}

export function curve(points: readonly Point[], colour: string): string {
  const path = points.map(({ x, y }) => `${n(x)},${n(y)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

/** Names of series with their colours, in one row. */
export function legend(names: readonly string[], { x, y }: Point): string {
  let at = x;
  return names
    .map((name, series) => {
      const entry = `${bar({ x: at, y: y - 9, width: 10, height: 10 }, colourOf(series))}${text(name, { x: at + 14, y })}`;
      at += LEGEND_GAP + name.length * LETTER;
      return entry;
    })
    .join('\n');
}

const LEGEND_GAP = 34;
/** Average width of a letter. */
const LETTER = 6.5;

/** Round values from 0 (or 1, if logarithmic) up to at least `max`, for the lines of a grid. */
export function ticksTo(max: number, scale: 'linear' | 'logarithmic'): readonly number[] {
  if (!(max > 0)) return [0, 1];
  if (scale === 'logarithmic') {
    const decades = Math.max(1, Math.ceil(Math.log10(max)));
    return Array.from({ length: decades + 1 }, (_, power) => 10 ** power);
  }
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) => index * step);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const n = (value: number) => String(Math.round(value * 10) / 10);
