import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorPage } from '../lib/reference/error-page.ts';
import { buildSite } from './site/build-site.ts';
import { brokenLinks } from './site/link-check.ts';
import { llmsText } from './site/llms.ts';

/**
 * `npm run docs`: writes the pages that are made from code (`docs/errors.md`, `llms.txt`), and builds the documentation
 * into `site/`. With `--check`, it writes nothing, and says what is out of date and which links of the site lead nowhere.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'site');
const MADE = [
  { file: 'docs/errors.md', text: errorPage() },
  { file: 'llms.txt', text: llmsText() },
];

const isCheck = process.argv.includes('--check');
const stale = MADE.filter(({ file, text }) => contentOf(file) !== text);
if (!isCheck) for (const { file, text } of stale) writeFileSync(join(ROOT, file), text);
const site = buildSite(ROOT);
const faults = [
  ...(isCheck ? stale.map(({ file }) => `${file} is out of date: npm run docs`) : []),
  ...brokenLinks(site),
];
if (!isCheck) {
  rmSync(OUTPUT, { recursive: true, force: true });
  for (const [path, content] of site) {
    mkdirSync(dirname(join(OUTPUT, path)), { recursive: true });
    writeFileSync(join(OUTPUT, path), content);
  }
  process.stdout.write(`site/index.html and ${site.size - 1} other files\n`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(join(ROOT, file), 'utf8');
  } catch {
    return undefined;
  }
}
