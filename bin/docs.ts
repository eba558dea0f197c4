import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorPage } from '../lib/reference/error-page.ts';

const file = fileURLToPath(new URL('../docs/errors.md', import.meta.url));
const page = errorPage();
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  process.stderr.write('docs/errors.md is out of date: npm run docs\n');
  process.exitCode = 1;
}
