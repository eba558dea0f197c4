import type { Output } from '../output/output.ts';
import { wrapTo } from '../output/width.ts';

/** What was seen of a receiver: as it should be, a fault, or not to be known from here. */
export interface Check {
  /** Stable, for programs: `forgery_accepted`. */
  readonly code: string;
  readonly state: 'right' | 'wrong' | 'unknown';
  readonly what: string;
  /** What to change, or how to find out. */
  readonly change?: string;
}

export function right(code: string, what: string): Check {
  return { code, state: 'right', what };
}

export function wrong(code: string, what: string, change: string): Check {
  return { code, state: 'wrong', what, change };
}

export function unknown(code: string, what: string, change?: string): Check {
  return { code, state: 'unknown', what, ...(change !== undefined && { change }) };
}

const MARKS = { right: ['✓ ', 'good'], wrong: ['✗ ', 'bad'], unknown: ['? ', 'waiting'] } as const;
const CODE_WIDTH = 18;
const COLUMNS = 80;

export function showCheck(output: Output, check: Check): void {
  const { code, state, what, change } = check;
  output.json({ event: 'check', ...check });
  const indent = ' '.repeat(CODE_WIDTH + 3);
  const [first = '', ...rest] = wrapTo(what, COLUMNS - indent.length);
  output.line(MARKS[state], [`${code.padEnd(CODE_WIDTH)} `, 'strong'], first);
  for (const line of rest) output.line(indent, line);
  for (const line of change === undefined ? [] : wrapTo(change, COLUMNS - indent.length)) {
    output.line(indent, [line, 'quiet']);
  }
}
