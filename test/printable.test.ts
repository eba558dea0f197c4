import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createReporter } from '../lib/adapters/reporter.ts';
import { createBoard } from '../lib/local/demo/board.ts';
import { openLogFile } from '../lib/local/logging/log-file.ts';
import { printable, printableLines } from '../lib/printable.ts';
import { CODE_POINT } from './support/code-points.ts';
import { removeDirectory, temporaryDirectory } from './support/local-service.ts';

const NEVER_RAW = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  ...[0xad, 0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069],
  ...[0xfeff, 0xfff9, 0xd800, 0xdfff, 0xe0001, 0xe0041],
].map((code) => String.fromCodePoint(code));

const ANY_TEXT = fc.string({ unit: CODE_POINT });

describe('text of others', () => {
  it.each(NEVER_RAW.map((character) => [JSON.stringify(character).slice(1, -1), character]))(
    'is never shown with %s in it',
    (_, character) => {
      const shown = printable(`before${character}after`);
      expect(shown).toMatch(/^before(\\u[0-9a-f]{4}){1,2}after$/);
      expect(JSON.parse(`"${shown}"`)).toBe(`before${character}after`);
    },
  );

  it.each(['ORDER-1', '订单 12 – Größe ½', '🙂', 'a\\u202e', 'שלום', 'مرحبا'])(
    'is shown as it is: %s',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('stays the same as JSON for every text', () => {
    fc.assert(
      fc.property(fc.anything({ key: ANY_TEXT, values: [ANY_TEXT] }), (value) => {
        const json = JSON.stringify(value);
        if (json === undefined) return;
        expect(JSON.parse(printable(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('keeps the line feeds of a text of our own, and no other end of a line', () => {
    expect(printableLines('one\ntwo\rthree\u2028four')).toBe('one\ntwo\\u000dthree\\u2028four');
  });
});

describe('is printable', () => {
  const FOREIGN = 'a\u009b2J\u202eb\u2066c\u200fd\u061c';

  it('in the log lines of functions', () => {
    const lines: string[] = [];
    const spies = ([process.stdout, process.stderr] as const).map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => lines.push(String(text)) > 0),
    );
    try {
      createReporter('test').report({ event: 'message_failed', reason: FOREIGN, messageId: 'm' } as never);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    const text = lines.join('');
    expect(text).toContain('message_failed');
    expect(text.trimEnd()).toBe(printableLines(text.trimEnd()));
  });

  it('in the log of the local cloud, as JSON that says the same', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'tidings.log');
    const log = openLogFile(path);
    log.line(JSON.stringify({ line: FOREIGN }));
    log.close();
    const text = readFileSync(path, 'utf8').trimEnd();
    removeDirectory(directory);
    expect(text).toBe(printable(text));
    expect(JSON.parse(text)).toEqual({ line: FOREIGN });
  });

  it('on the board of the demo, which is coloured all the same', () => {
    const lines: string[] = [];
    const board = createBoard({
      write: (line) => lines.push(line),
      writeError: () => undefined,
      now: () => 0,
      colours: true,
    });
    board.row({
      transactionId: 'pay_1',
      order: FOREIGN,
      outcome: FOREIGN,
      attempts: FOREIGN,
      state: FOREIGN,
    });
    board.row({ transactionId: 'pay_1', order: 'ORDER-1', attempts: '✓', state: 'delivered' });
    board.message(`${FOREIGN}\u001b[31m`);
    board.plain(FOREIGN);
    expect(lines[1]).toContain('\u001b[32mdelivered\u001b[0m');
    for (const line of lines.toSpliced(1, 1)) expect(line).toBe(printable(line));
  });
});
