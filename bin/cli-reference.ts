import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { referencePage } from '../lib/cli/command-line/reference.ts';
import { commandTree } from '../lib/cli/command-tree.ts';

/** Writes `docs/cli.md` from the commands. With `--check`, it only says whether the page is up to date. */

const file = fileURLToPath(new URL('../docs/cli.md', import.meta.url));
const page = referencePage(commandTree(''));
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  process.stderr.write('docs/cli.md is out of date: npm run docs:cli\n');
  process.exitCode = 1;
}
