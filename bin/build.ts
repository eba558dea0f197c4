import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPackage } from './package/build-package.ts';
import { ROOT } from './package/layout.ts';

const { values } = parseArgs({ options: { 'out-dir': { type: 'string', default: join(ROOT, 'dist') } } });
await buildPackage(values['out-dir']);
