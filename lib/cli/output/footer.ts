import type { Stream } from './terminal.ts';

/** Lines that stay at the bottom of a terminal, while others scroll above them. Nothing is left of them at the end. */
export interface Footer {
  /** @param lines without line feeds, none wider than the terminal. An empty list removes the footer */
  show(lines: readonly string[]): void;
  /** The stream, with the footer kept below what is written to it. */
  above(stream: Stream): Stream;
}

export const NO_FOOTER: Footer = { show: () => undefined, above: (stream) => stream };

/** @param screen the terminal that shows it */
export function createFooter(screen: Stream): Footer {
  let shown: readonly string[] = [];
  // The cursor is at the end of the last line. Going up and clearing to the end of the screen removes all of it.
  const erase = () => {
    if (shown.length === 0) return;
    const up = shown.length > 1 ? `\u001b[${shown.length - 1}A` : '';
    screen.write(`\r${up}\u001b[J`);
  };
  const draw = () => {
    if (shown.length > 0) screen.write(shown.join('\n'));
  };
  return {
    show(lines) {
      erase();
      shown = lines;
      draw();
    },
    above: (stream) => ({
      get isTTY() {
        return stream.isTTY === true;
      },
      get columns() {
        return stream.columns ?? 80;
      },
      write(text) {
        erase();
        stream.write(text);
        draw();
      },
    }),
  };
}
