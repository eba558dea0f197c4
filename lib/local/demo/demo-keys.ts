import { printable } from '../../printable.ts';

/** Listens to single keys of a terminal and runs the action of each. Ctrl-C calls `end`. */
export function listenToKeys(actions: Readonly<Record<string, () => Promise<void>>>, end: () => void): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', (data) => {
    const key = data.toString('utf8');
    if (key === '\u0003') return end();
    actions[key]?.().catch((error: unknown) => process.stderr.write(`${printable(String(error))}\n`));
  });
}
