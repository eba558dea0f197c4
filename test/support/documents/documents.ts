import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../synthesized.ts';

/** What is made by commands, and no part of the repository. */
export const isMade = (name: string) => /^(?:node_modules|dist|site|coverage|cdk\.out.*)$/.test(name);

const entries = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => !isMade(name));
/** Every file of the repository, from its root. */
export const files: readonly string[] = entries.flatMap((entry) => {
  if (entry.isFile()) return [entry.name];
  if (entry.name.startsWith('.')) return [];
  return readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' }).map((path) =>
    join(entry.name, path),
  );
});
/** Every document, with its text. */
export const documents = files
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
