import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differencesOf } from './compare-translation.ts';
import { accepted, driftOf, ROOT, type Translation, translations } from './translation.ts';

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

/** @returns whether nothing is left to do for this page */
function report(translation: Translation, all: readonly Translation[]): boolean {
  const { path } = translation.chinese;
  const differences = differencesOf(translation, all);
  const drift = driftOf(translation);
  if (values.accept && differences.length === 0) {
    if (drift.length > 0) process.stdout.write(`${path}: accepted\n`);
    writeFileSync(join(ROOT, path), accepted(translation));
    return true;
  }
  for (const line of [...drift, ...differences]) process.stdout.write(`${path}: ${line}\n`);
  return drift.length + differences.length === 0;
}

function main(): void {
  const all = translations();
  const chosen = all.filter(({ chinese }) => positionals.length === 0 || positionals.includes(chinese.path));
  if (!chosen.map((translation) => report(translation, all)).every(Boolean)) process.exitCode = 1;
}

if (values.help) process.stdout.write(HELP);
else main();
