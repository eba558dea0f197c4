const BAR = 30;

export interface Progress {
  /** How far it is, from 0 to 1, and what is going on. */
  show(share: number, doing: string): void;
  /** Takes the bar away: what follows is the result. */
  end(): void;
}

/** A bar on a terminal; elsewhere one line for each thing that begins. */
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
