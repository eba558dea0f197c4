import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../synthesized.ts';

/** Returns the code blocks of a guide in one language, in order. */
export function codeBlocks(guide: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs/guides', guide), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);
}

/** Joins code blocks into one module. An import that several blocks repeat appears once. */
export function moduleOf(blocks: readonly string[]): string {
  const isImport = (line: string) => line.startsWith('import ');
  const lines = blocks.flatMap((block) => block.split('\n'));
  const imports = Map.groupBy(lines.filter(isImport), (line) => line.replace(/^.* from /, ''));
  const merged = [...imports].map(([from, same]) => {
    const names = same.flatMap((line) => /\{(.*)\}/.exec(line)?.[1]?.split(',') ?? []);
    return `import { ${[...new Set(names.map((name) => name.trim()))].join(', ')} } from ${from}`;
  });
  return [...merged, ...lines.filter((line) => !isImport(line))].join('\n');
}
