import { printable } from '../../lib/printable.ts';
import type { KillPlan } from './effects.ts';

/** Draws events between columns as a sequence: time runs down, arrows run across. */

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface Drawing {
  /** Draws the names of the columns. */
  head(): void;
  /** A message and its answer. From a column to itself: an action of its own. */
  arrow(
    arrow: Arrow & {
      readonly answer: string;
      readonly effects?: { readonly first: number; readonly last: number };
    },
  ): void;
  /** Something that is neither an effect nor a message: who is away, what is late. */
  note(column: string, text: string): void;
  /** The kill, with the message that was under way, if any. */
  killed(underWay: Arrow | undefined, plan: KillPlan): void;
  /** A line across all columns. */
  across(text: string): void;
}

const GUTTER = 6;
const WIDTH = 110;
/** Room for the answers after the last column. */
const MARGIN = 12;
const MAX_COLUMN = 34;

const COLOURS = { bold: 1, dim: 2, red: 31, cyan: 36 } as const;

export function createDrawing(options: {
  readonly columns: readonly string[];
  readonly colours: boolean;
  readonly write: (line: string) => void;
}): Drawing {
  const { columns, write } = options;
  const width = Math.min(MAX_COLUMN, Math.floor((WIDTH - GUTTER - MARGIN) / (columns.length - 1)));
  const place = (column: string) => {
    const index = columns.indexOf(column);
    if (index < 0) throw new Error(`There is no column ${column}.`);
    return GUTTER + index * width;
  };
  const paint = (colour: keyof typeof COLOURS, text: string) =>
    options.colours ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  const lifelines = () => new Canvas(WIDTH).puts(columns.map((name) => [place(name), '│']));

  const shaft = ({ from, to, label }: Arrow, head: { readonly mark: string; readonly answer: string }) => {
    const canvas = lifelines();
    const [start, end] = [place(from), place(to)];
    if (start === end) {
      canvas.put(start, `${head.mark} ${label}${head.answer === '' ? '' : ` · ${head.answer}`}`);
      return canvas;
    }
    const [left, right] = [Math.min(start, end), Math.max(start, end)];
    const room = right - left - 1;
    const text = ` ${cut(label, room - 4)} `;
    if (start < end) {
      canvas.put(left, `├─${text}`.padEnd(room, '─'));
      canvas.put(right - 1, head.mark);
    } else {
      canvas.put(left, `│${head.mark}─${text}`.padEnd(room + 1, '─'));
      canvas.put(right, '┤');
    }
    canvas.put(Math.max(start, end) + 2, head.answer);
    return canvas;
  };

  return {
    head() {
      const names = new Canvas(WIDTH).puts(columns.map((name) => [place(name), name]));
      write(paint('bold', names.text()));
      write(lifelines().text());
    },
    arrow({ effects, answer, ...arrow }) {
      const mark = arrow.from === arrow.to ? '●' : place(arrow.from) < place(arrow.to) ? '▶' : '◀';
      const line = shaft(arrow, { mark, answer }).text();
      const gutter = numbersOf(effects).padStart(GUTTER - 2);
      write(paint('dim', gutter.padEnd(GUTTER)) + line.slice(GUTTER));
    },
    note(column, text) {
      write(shaft({ from: column, to: column, label: text }, { mark: '○', answer: '' }).text());
    },
    killed(underWay, { at, effect }) {
      // A kill before the effect stops the message. A kill after the effect stops its answer.
      const ends = at === 'before' ? { mark: '✗', answer: '' } : { mark: '▶', answer: '✗' };
      if (underWay !== undefined) write(shaft(underWay, ends).text());
      write(
        paint(
          'red',
          `${'✗'.padStart(GUTTER - 2)}  ${`━━ killed ${at} effect ${effect} `.padEnd(WIDTH - GUTTER, '━')}`,
        ),
      );
    },
    across(text) {
      write(paint('cyan', `${' '.repeat(GUTTER)}${`── ${printable(text)} `.padEnd(WIDTH - GUTTER, '─')}`));
    },
  };
}

/** One line of characters. Later characters cover earlier ones. */
class Canvas {
  readonly #cells: string[];

  constructor(width: number) {
    this.#cells = Array(width).fill(' ');
  }

  put(at: number, text: string): this {
    for (const [offset, character] of [...printable(text)].entries()) this.#cells[at + offset] = character;
    return this;
  }

  puts(texts: readonly (readonly [number, string])[]): this {
    for (const [at, text] of texts) this.put(at, text);
    return this;
  }

  text(): string {
    return this.#cells.join('').trimEnd();
  }
}

function numbersOf(effects: { readonly first: number; readonly last: number } | undefined): string {
  if (effects === undefined) return '';
  const { first, last } = effects;
  return first === last ? String(last) : `${first}-${last}`;
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}
