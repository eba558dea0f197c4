import { spawn } from 'node:child_process';
import { createScreen, type Screen, type ScreenSize } from './screen.ts';

/** A program in a terminal, with what the terminal showed over time. */

export interface Frame {
  readonly atMs: number;
  readonly cells: ReturnType<Screen['cells']>;
}

export interface RecordedTerminal {
  /** What was shown whenever it had changed. */
  readonly frames: readonly Frame[];
  /** Shows text that no program wrote, such as a command that is typed. */
  show(text: string): void;
  /** Runs a shell command in the same window. */
  run(command: string, env: Readonly<Record<string, string>>): RunningCommand;
  /** Everything that was written. */
  text(): string;
}

interface RunningCommand {
  /** As if it was typed. */
  type(text: string): void;
  readonly ended: Promise<void>;
}

/** Characters that a keyboard sends. */
export const CTRL_C = '\u0003';

/** Output that comes together is one frame. */
const SAME_FRAME_MS = 120;

/** @param clean takes out of the output what differs from run to run */
export function openTerminal(size: ScreenSize, clean: (text: string) => string): RecordedTerminal {
  const screen = createScreen(size);
  const frames: Frame[] = [];
  let written = '';
  const startedMs = Date.now();
  const show = (text: string) => {
    written += text;
    screen.write(clean(text).replaceAll('\r\n', '\n'));
    const frame = { atMs: Date.now() - startedMs, cells: structuredClone(screen.cells()) };
    const last = frames.at(-1);
    if (last !== undefined && frame.atMs - last.atMs < SAME_FRAME_MS)
      frames[frames.length - 1] = { ...frame, atMs: last.atMs };
    else frames.push(frame);
  };
  return {
    frames,
    show,
    text: () => written,
    run(command, env) {
      const inWindow = `stty rows ${size.rows} cols ${size.columns}; exec ${command}`;
      // `script` of util-linux gives the command a terminal of its own.
      const child = spawn('script', ['-qefc', inWindow, '/dev/null'], {
        env: { ...process.env, TERM: 'xterm-256color', ...env },
      });
      child.stdout.setEncoding('utf8').on('data', show);
      return {
        type: (text) => void child.stdin.write(text),
        ended: new Promise((resolve, reject) => {
          child.once('error', reject);
          child.once('close', () => resolve());
        }),
      };
    },
  };
}
