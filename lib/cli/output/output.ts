import { printable, printableLines } from '../../printable.ts';
import { type CommandFailure, EXIT } from '../command-line/exit-status.ts';
import { createPaint, type Paint, toneOf } from './colour.ts';
import { createFooter, NO_FOOTER } from './footer.ts';
import { createProgress, type Progress } from './progress-line.ts';
import { entriesWithValue, linesOfValue } from './readable.ts';
import type { Terminal } from './terminal.ts';
import { cutTo, padTo, widthOf } from './width.ts';

/**
 * Data goes to stdout, and everything else to stderr. For people, data is a table or a list of fields; with `--json` it
 * is JSON: a line for each element of a list. All text passes through `printable`, because names and data come from others.
 */
export interface Output {
  readonly isJson: boolean;
  readonly paint: Paint;
  /** A list: a table for people, NDJSON for programs. Pages are shown as they come. */
  list<Row>(pages: AsyncIterable<readonly Row[]>, view: ListView<Row>): Promise<number>;
  /** One thing: its fields for people, one line of JSON for programs. */
  item(item: object, fields?: readonly Field[]): void;
  /** A line of data for people. Nothing with `--json`. `paint` inside it is kept. */
  line(...parts: readonly Part[]): void;
  /** A value of a stream, as JSON. Nothing without `--json`. */
  json(value: unknown): void;
  /** A remark for people, on stderr. Nothing with `--json` or `--quiet`. */
  note(text: string): void;
  fail(failure: CommandFailure): void;
  /** Lines that stay below all others, where stdout and stderr are a terminal. An empty list removes them. Nothing with `--json` or `--quiet`. */
  footer(lines: readonly (readonly Part[])[]): void;
  /** A bar on stderr where it is a terminal. */
  readonly progress: Progress;
}

export type Part = string | readonly [text: string, tone: Parameters<Paint>[1] | undefined];

export interface ListView<Row> {
  readonly columns: readonly Column<Row>[];
  /** Shown to people instead of an empty table. Says what would fill it. */
  readonly empty: string;
}

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | undefined;
  readonly isNumber?: boolean;
  /** Cells at most; longer text ends with an ellipsis. */
  readonly atMost?: number;
}

type Field = readonly [title: string, value: string | number | undefined];

export interface OutputOptions {
  readonly terminal: Terminal;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

const NO_PROGRESS: Progress = { show: () => undefined, end: () => undefined };

export function createOutput({ terminal: given, isJson, isQuiet }: OutputOptions): Output {
  const { hasColour } = given;
  const canDraw = given.stderr.isTTY === true && given.isDumb !== true;
  // What reads a pipe writes to the same terminal, and would write over the footer.
  const hasFooter = canDraw && given.stdout.isTTY === true && !isJson && !isQuiet;
  const footer = hasFooter ? createFooter(given.stderr) : NO_FOOTER;
  const [stdout, stderr] = [footer.above(given.stdout), footer.above(given.stderr)];
  const terminal = { ...given, stdout, stderr };
  const paint = createPaint(hasColour && !isJson);
  const progress =
    isQuiet || (isJson && stderr.isTTY !== true) ? NO_PROGRESS : createProgress(given.stderr, canDraw);
  const writeJson = (value: unknown) => void stdout.write(`${printable(JSON.stringify(value))}\n`);
  return {
    isJson,
    paint,
    progress,
    footer: (lines) => {
      const width = (given.stderr.columns ?? 80) - 1;
      footer.show(
        lines.map((parts) =>
          cutParts(parts, width)
            .map((part) => painted(paint, part))
            .join(''),
        ),
      );
    },
    json: (value) => {
      if (isJson) writeJson(value);
    },
    line: (...parts) => {
      if (!isJson) stdout.write(`${parts.map((part) => painted(paint, part)).join('')}\n`);
    },
    item: (item, fields = fieldsOf(item)) => {
      if (isJson) return writeJson(item);
      const shown = fields.filter(([, value]) => value !== undefined);
      const width = Math.max(...shown.map(([title]) => widthOf(title)));
      for (const [title, value] of shown) {
        stdout.write(`${paint(padTo(title, width), 'quiet')}  ${toned(paint, printable(String(value)))}\n`);
      }
    },
    list: async (pages, view) => {
      let count = 0;
      let widths: readonly number[] | undefined;
      for await (const rows of pages) {
        count += rows.length;
        if (isJson) rows.forEach(writeJson);
        else if (rows.length > 0) widths = writePage({ rows, view, widths, terminal, paint });
      }
      if (count === 0 && !isJson && !isQuiet) stderr.write(`${printableLines(view.empty)}\n`);
      return count;
    },
    note: (text) => {
      if (!isJson && !isQuiet) stderr.write(`${printableLines(text)}\n`);
    },
    fail: ({ status, code, message, hint }) => {
      progress.end();
      if (isJson) {
        const error = { code, message, ...(hint !== undefined && { hint }), status };
        stderr.write(`${printable(JSON.stringify({ error }))}\n`);
        return;
      }
      // By its code, docs/errors.md has more about a refusal.
      const isNamed = status !== EXIT.refused || message.includes(code);
      const lines = [isNamed ? message : `${message} (${code})`, ...(hint === undefined ? [] : [hint])];
      stderr.write(`${lines.map(printableLines).join('\n')}\n`);
    },
  };
}

interface TablePage<Row> {
  readonly rows: readonly Row[];
  readonly view: ListView<Row>;
  /** Of the pages before. Undefined for the first, which has the titles. */
  readonly widths: readonly number[] | undefined;
  readonly terminal: Terminal;
  readonly paint: Paint;
}

/** @returns the widths of the columns, for the next page */
function writePage<Row>({ rows, view, widths, terminal, paint }: TablePage<Row>): readonly number[] {
  const { columns } = view;
  const cells = rows.map((row) =>
    columns.map((column) => {
      const text = printable(String(column.of(row) ?? '–'));
      return column.atMost === undefined ? text : cutTo(text, column.atMost);
    }),
  );
  const wide =
    widths ??
    columns.map(({ title }, at) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at] ?? ''))));
  const lineOf = (row: readonly string[]) =>
    row
      .map((text, at) => {
        const width = wide[at] ?? 0;
        return columns[at]?.isNumber === true ? text.padStart(width) : padTo(text, width);
      })
      .map((cell) => toned(paint, cell))
      .join('  ')
      .trimEnd();
  if (widths === undefined) {
    terminal.stdout.write(`${paint(lineOf(columns.map(({ title }) => title)), 'quiet')}\n`);
  }
  for (const row of cells) terminal.stdout.write(`${lineOf(row)}\n`);
  return wide;
}

/** A line that would be wrapped could not be removed again. */
function cutParts(parts: readonly Part[], width: number): readonly Part[] {
  let left = width;
  return parts.map((part) => {
    const [text, tone] = typeof part === 'string' ? [part, undefined] : part;
    const cut = left > 0 ? cutTo(printable(text), left) : '';
    left -= widthOf(cut);
    return [cut, tone] as const;
  });
}

/** A cell in the colour of its word. */
function toned(paint: Paint, cell: string): string {
  const tone = toneOf(cell.trim());
  return tone === undefined ? cell : paint(cell, tone);
}

function painted(paint: Paint, part: Part): string {
  if (typeof part === 'string') return printable(part);
  const [text, tone] = part;
  return tone === undefined ? printable(text) : paint(printable(text), tone);
}

/** The fields of an answer, without those that have no value. A list of objects has a line for each. */
function fieldsOf(item: object): readonly Field[] {
  return entriesWithValue(item).flatMap(([title, value]) =>
    linesOfValue(value).map((line, at): Field => [at === 0 ? title : '', line]),
  );
}
