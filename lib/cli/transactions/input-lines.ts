import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

export interface InputLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a stream that are not empty. Ends with either kind of line end, and a byte-order mark is left out. */
export async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncIterable<InputLine> {
  const lines = createInterface({ input: Readable.from(input), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() !== '') yield { number, text };
  }
}
