import { readFileSync, writeFileSync } from 'node:fs';
import { freeze } from './frozen.ts';

/**
 * Writes frozen-resources.json from the template of a release, and empties the list of deliberate changes:
 * `npm run freeze -- cdk.out/Tidings.template.json`. `npm run release` runs it. Run it at no other time: between two releases
 * the file says what accounts have deployed.
 */

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run freeze -- <template of the release>');
  process.exit(2);
}
const { Resources } = JSON.parse(readFileSync(file, 'utf8'));
const text = `${JSON.stringify(freeze(Resources), undefined, 2)}\n`;
writeFileSync(new URL('./frozen-resources.json', import.meta.url), text);
writeFileSync(new URL('./deliberate-changes.json', import.meta.url), '{}\n');
