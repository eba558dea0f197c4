/** Shows progress: a bar that is redrawn on a terminal, or an occasional line otherwise. */
export interface Progress {
  show(step: string, part: number): void;
  /** Clears the bar. */
  end(): void;
}

/** Where progress is shown, such as `process.stderr`. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 30;
/** Lines per step without a terminal: one for each quarter. */
const PLAIN_STEPS = 4;

/** @param canDraw whether the screen can be written over */
export function createProgress(screen: Screen, canDraw = screen.isTTY === true): Progress {
  return canDraw ? drawnBar(screen) : plainLines(screen);
}

function drawnBar(screen: Screen): Progress {
  let shown = '';
  const draw = (text: string) => {
    if (text === shown) return;
    shown = text;
    screen.write(`\r\u001b[K${text}`);
  };
  return {
    show(step, part) {
      const filled = Math.floor(BAR * bounded(part));
      const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
      draw(`${step.padEnd(14)} ${bar} ${percent(part)}`.slice(0, (screen.columns ?? 80) - 1));
    },
    end: () => draw(''),
  };
}

function plainLines(screen: Screen): Progress {
  const printed = new Set<string>();
  return {
    show(step, part) {
      const line = `${step} ${percent(Math.floor(bounded(part) * PLAIN_STEPS) / PLAIN_STEPS)}`;
      if (printed.has(line)) return;
      printed.add(line);
      screen.write(`${line}\n`);
    },
    end: () => undefined,
  };
}

function bounded(part: number): number {
  return Number.isFinite(part) ? Math.min(1, Math.max(0, part)) : 1;
}

function percent(part: number): string {
  return `${Math.floor(bounded(part) * 100)} %`;
}
