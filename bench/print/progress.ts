const BAR = 30;

export interface Progress {
  /** Shows the progress (0 to 1) and the current work. */
  show(share: number, doing: string): void;
  /** Clears the bar before the results. */
  end(): void;
}

/** A bar on a terminal. Otherwise one line for each new piece of work. */
export function createProgress(): Progress {
  const { stderr } = process;
  let last = '';
  return {
    show(share, doing) {
      if (stderr.isTTY) {
        const filled = Math.round(Math.min(Math.max(share, 0), 1) * BAR);
        stderr.write(`\r\u001b[K${'█'.repeat(filled).padEnd(BAR, '░')} ${doing}`);
      } else if (doing !== last) stderr.write(`${doing}\n`);
      last = doing;
    },
    end() {
      if (stderr.isTTY) stderr.write('\r\u001b[K');
    },
  };
}
