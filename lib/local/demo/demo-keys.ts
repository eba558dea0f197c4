interface KeyReactions {
  /** Called on Ctrl-C. */
  readonly end: () => void;
  /** An action failed. */
  readonly fail: (text: string) => void;
}

/** Listens to single keys of a terminal and runs the action of each. */
export function listenToKeys(
  actions: Readonly<Record<string, () => Promise<void>>>,
  { end, fail }: KeyReactions,
): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', (data) => {
    const key = data.toString('utf8');
    if (key === '\u0003') return end();
    actions[key]?.().catch((error: unknown) => fail(String(error)));
  });
}
