import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument } from '../lib/api/contract/openapi-document.ts';
import packageJson from '../package.json' with { type: 'json' };

/** Writes docs/openapi.json from the contract. With --check, only reports whether the file is up to date. */

const file = new URL('../docs/openapi.json', import.meta.url);
const text = `${JSON.stringify(openApiDocument(packageJson.version), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/openapi.json does not match the contract. Run: npm run openapi');
  process.exitCode = 1;
}
