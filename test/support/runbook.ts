import { readFileSync } from 'node:fs';

/** An entry of the runbook: its heading and text. */
export interface Entry {
  readonly name: string;
  readonly text: string;
}

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** What is typed before any entry. */
export const preparation = runbook.slice(
  runbook.indexOf('## Before you type'),
  runbook.indexOf('## Initiators'),
);

export const entries: readonly Entry[] = runbook
  .split(/^### /m)
  .slice(1)
  .map((part) => {
    const [name = '', ...lines] = part.split('\n');
    return { name, text: lines.join('\n').split(/^## /m)[0] ?? '' };
  });

/** The lines of the blocks that are typed. */
export function typedLines(text: string): readonly string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
}
