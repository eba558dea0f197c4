import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './synthesized.ts';

/** The code blocks of a guide in one language, in their order. */
export function codeBlocks(guide: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs/guides', guide), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);
}

/**
 * The blocks as one module that runs anywhere: each import once, of the sources instead of the package.
 *
 * @param entries the package's subpaths and the files that they are built of
 */
export function moduleOf(blocks: readonly string[], entries: Readonly<Record<string, string>>): string {
  const isImport = (line: string) => line.startsWith('import ');
  const lines = blocks.flatMap((block) => block.split('\n'));
  const imports = Map.groupBy(lines.filter(isImport), (line) => line.replace(/^.* from /, ''));
  const merged = [...imports.values()].map((same) => {
    const names = same.flatMap((line) => /\{(.*)\}/.exec(line)?.[1]?.split(',') ?? []);
    const [, specifier = ''] = / from '(.*)';/.exec(same[0] ?? '') ?? [];
    const unique = [...new Set(names.map((name) => name.trim()))];
    return `import { ${unique.join(', ')} } from '${urlOf(specifier, entries)}';`;
  });
  return [...merged, ...lines.filter((line) => !isImport(line))].join('\n');
}

function urlOf(specifier: string, entries: Readonly<Record<string, string>>): string {
  if (specifier.startsWith('node:')) return specifier;
  const source = entries[specifier];
  const file = source === undefined ? createRequire(import.meta.url).resolve(specifier) : join(ROOT, source);
  return pathToFileURL(file).href;
}
