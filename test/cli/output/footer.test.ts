import { describe, expect, it } from 'vitest';
import { createOutput } from '../../../lib/cli/output/output.ts';
import { createScreen } from '../../support/terminal/screen.ts';

const stdin: AsyncIterable<string> = { async *[Symbol.asyncIterator]() {} };

function onTerminal({ isTTY = true, isDumb = false, isQuiet = false, isPiped = false } = {}) {
  const screen = createScreen({ columns: 40, rows: 6 });
  const stream = { isTTY, columns: 40, write: screen.write };
  const terminal = {
    stdin,
    stdout: { ...stream, isTTY: isTTY && !isPiped },
    stderr: stream,
    hasColour: false,
    isDumb,
  };
  return { screen, output: createOutput({ terminal, isJson: false, isQuiet }) };
}

describe('lines at the bottom of a terminal', () => {
  it('stay there while others scroll above them, and leave nothing behind', () => {
    const { screen, output } = onTerminal();
    output.footer([['----'], ['one']]);
    for (const word of ['a', 'b', 'c']) output.line(word);
    output.note('d');
    expect(screen.rows()).toEqual(['a', 'b', 'c', 'd', '----', 'one']);
    output.footer([['----'], ['two']]);
    output.line('e');
    expect(screen.rows()).toEqual(['b', 'c', 'd', 'e', '----', 'two']);
    output.footer([]);
    output.line('f');
    expect(screen.rows()).toEqual(['b', 'c', 'd', 'e', 'f', '']);
  });

  it('are cut to its width, because a wrapped line could not be removed', () => {
    const { screen, output } = onTerminal();
    output.footer([['x'.repeat(30), ['界'.repeat(30), 'quiet']]]);
    output.line('a');
    const [, footer = ''] = screen.rows();
    expect(footer.length).toBeLessThan(40);
    expect(screen.rows()).toHaveLength(2);
  });

  it.each([{ isTTY: false }, { isDumb: true }, { isQuiet: true }, { isPiped: true }])(
    'are left out with %j',
    (how) => {
      const { screen, output } = onTerminal(how);
      output.footer([['----']]);
      output.line('a');
      expect(screen.rows()).toEqual(['a', '']);
    },
  );
});
