import { printable } from '../../printable.ts';

/** The demo's table where there is no terminal, printed line by line as events happen. Foreign text is made printable before it is coloured. */

interface Row {
  readonly order: string;
  readonly transactionId: string;
  readonly outcome?: string;
  readonly attempts: string;
  readonly state: string;
}

const WIDTHS = { order: 10, outcome: 20, attempts: 24 };
const GREEN = 32;
const RED = 31;
const YELLOW = 33;
const COLOURS: Readonly<Record<string, number>> = {
  delivered: GREEN,
  acknowledged: GREEN,
  exhausted: RED,
  blocked: RED,
  retrying: YELLOW,
};

type Columns = Readonly<Record<keyof typeof WIDTHS, string>>;

/** The demo's output. */
export interface Board {
  header(): void;
  row(row: Row): void;
  /** Prints a text after the time. */
  message(text: string): void;
  /** Prints a line without the time. */
  plain(text?: string): void;
  /** Prints a failure. */
  note(text: string): void;
}

export interface BoardOptions {
  readonly write: (line: string) => void;
  /** For failures. */
  readonly writeError: (line: string) => void;
  readonly now: () => number;
  readonly colours: boolean;
}

export function createBoard(options: BoardOptions): Board {
  const startedMs = options.now();
  const paint = (text: string, colour: number | undefined) =>
    options.colours && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text;
  const time = () => {
    const seconds = Math.floor((options.now() - startedMs) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padEnd(7);
  };
  const columns = (row: Columns) =>
    printable(row.order).padEnd(WIDTHS.order) +
    printable(row.outcome).padEnd(WIDTHS.outcome) +
    printable(row.attempts).padEnd(WIDTHS.attempts);
  return {
    header: () =>
      options.write(
        `${'time'.padEnd(7)}${columns({ order: 'order', outcome: 'outcome', attempts: 'attempts' })}state`,
      ),
    row: ({ order, outcome = '', attempts, state }) =>
      options.write(
        `${time()}${columns({ order, outcome, attempts })}${paint(printable(state), COLOURS[state])}`,
      ),
    message: (text) => options.write(`${time()}${printable(text)}`),
    plain: (text = '') => options.write(printable(text)),
    note: (text) => options.writeError(printable(text)),
  };
}

/** Formats status and amount as `SUCCEEDED   19.99`; the demo's currency has two decimals. */
export function outcomeText(status: string, amount: number): string {
  return `${status.padEnd(9)} ${(amount / 100).toFixed(2).padStart(6)}`;
}

/** Formats attempts as `✗ ✗ · next in 3 s`. */
export function attemptsText(
  attempts: readonly { readonly error?: string }[],
  nextAttemptAt: string | undefined,
  nowMs: number,
): string {
  const marks = attempts.map(({ error }) => (error === undefined ? '✓' : '✗')).join(' ');
  if (nextAttemptAt === undefined) return marks;
  const seconds = Math.max(0, Math.round((Date.parse(nextAttemptAt) - nowMs) / 1000));
  return `${marks} · next in ${seconds} s`;
}
