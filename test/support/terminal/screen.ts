/** What a terminal shows: the part of its language that our output uses. Anything else is an error. */
export interface Screen {
  write(text: string): void;
  /** Rows that are shown, from the top, without spaces at their ends. */
  rows(): readonly string[];
  /** The same with styles, for pictures. */
  cells(): readonly (readonly Cell[])[];
  /** Rows that were pushed out at the top. */
  readonly scrolledOut: number;
}

export interface Cell {
  readonly character: string;
  /** Parameters of SGR: 31 is red, 1 is bold, 2 is dim. */
  readonly style: string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const ESCAPE = String.fromCharCode(27);
const TOKEN = new RegExp(`${ESCAPE}\\[([?\\d;]*)([A-Za-z])|[\\s\\S]`, 'gu');

/** A command whose end has not been written yet: output comes in pieces. */
const BEGUN = new RegExp(`${ESCAPE}(?:\\[[?\\d;]*)?$`);

export function createScreen({ columns, rows: height }: ScreenSize): Screen {
  let lines: Cell[][] = [[]];
  let [row, column, style, out] = [0, 0, '', 0];
  let begun = '';
  const lineFeed = () => {
    row += 1;
    if (row === lines.length) lines.push([]);
    while (lines.length > height) {
      lines = lines.slice(1);
      row -= 1;
      out += 1;
    }
  };
  const put = (character: string) => {
    if (column === columns) {
      column = 0;
      lineFeed();
    }
    const line = lines[row] ?? [];
    while (line.length < column) line.push({ character: ' ', style: '' });
    line[column] = { character, style };
    column += 1;
  };
  const command = (letter: string, given: string) => {
    if (letter === 'A') row = Math.max(0, row - Number(given || 1));
    else if (letter === 'K') lines[row]?.splice(column);
    else if (letter === 'J') {
      lines[row]?.splice(column);
      lines.splice(row + 1);
    } else if (letter === 'm') style = styleAfter(style, given);
    // Showing and hiding the cursor changes nothing that is read here.
    else if (!given.startsWith('?')) throw new Error(`The screen does not know CSI ${given}${letter}.`);
  };
  return {
    write(piece) {
      const text = begun + piece;
      begun = BEGUN.exec(text)?.[0] ?? '';
      for (const [character, given, letter] of text.slice(0, text.length - begun.length).matchAll(TOKEN)) {
        if (letter !== undefined) command(letter, given ?? '');
        else if (character === '\n') {
          column = 0;
          lineFeed();
        } else if (character === '\r') column = 0;
        else put(character);
      }
    },
    rows: () =>
      lines.map((line) =>
        line
          .map(({ character }) => character)
          .join('')
          .trimEnd(),
      ),
    cells: () => lines,
    get scrolledOut() {
      return out;
    },
  };
}

/** 0, 22 and 39 end styles. */
function styleAfter(style: string, given: string): string {
  const ended = { '': /.*/g, '0': /.*/g, '22': /\b[12]\b;?/g, '39': /\b3\d\b;?/g }[given];
  return ended === undefined
    ? [style, given].filter((part) => part !== '').join(';')
    : style.replace(ended, '');
}
