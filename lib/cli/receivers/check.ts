import type { Output } from '../output/output.ts';

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

export function showCheck(output: Output, check: Check): void {
  const { code, state, what, change } = check;
  output.json({ event: 'check', ...check });
  output.line(MARKS[state], [`${code.padEnd(CODE_WIDTH)} `, 'strong'], what);
  if (change !== undefined) output.line(' '.repeat(CODE_WIDTH + 3), [change, 'quiet']);
}
