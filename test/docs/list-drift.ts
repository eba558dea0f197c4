import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../support/synthesized.ts';
import { differencesOf } from './compare-translation.ts';
import { accepted, driftOf, type Translation, translations } from './translation.ts';

const HELP = `Usage: npm run docs:translations -- [options] [page …]

Lists the Chinese pages whose English originals changed, and what differs. Status 1 if something does.

  --accept   writes the hashes of the English sections as they are now. Mend the Chinese text first: a page whose code,
             tables, links or numbers differ from the English is not accepted
  --help     this text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { accept: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});

/** @returns what is left to do for this page */
function leftToDo(translation: Translation, all: readonly Translation[]): readonly string[] {
  const differences = differencesOf(translation, all);
  if (!values.accept || differences.length > 0) return [...driftOf(translation), ...differences];
  writeFileSync(join(ROOT, translation.chinese.path), accepted(translation));
  return [];
}

function main(): void {
  const all = translations();
  const chosen = all.filter(({ chinese }) => positionals.length === 0 || positionals.includes(chinese.path));
  const lines = chosen.flatMap((translation) =>
    leftToDo(translation, all).map((line) => `${translation.chinese.path}: ${line}`),
  );
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  if (lines.length > 0) process.exitCode = 1;
}

if (values.help) process.stdout.write(HELP);
else main();
