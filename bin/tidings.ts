import { readFileSync } from 'node:fs';
import { main } from '../lib/cli/main.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
// Not awaited at the top: the published file is CommonJS.
void main(version);
