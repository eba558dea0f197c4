import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The modules that functions are made of. Those left out make the OpenAPI document. */
export const MODULES = globSync('lib/{protocol,core,adapters,api}/**/*.ts', {
  cwd: ROOT,
  exclude: ['lib/api/contract/openapi-document.ts', 'lib/api/contract/webhooks.ts'],
}).map((file) => join(ROOT, file));
