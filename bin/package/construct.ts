import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { operations } from '../../lib/api/contract/operations.ts';
import { compileDeclarations, reachedFrom, writeDeclarations } from './declarations.ts';
import { ROOT, sourceAt, TARGET } from './layout.ts';
import { CDK_PEERS } from './manifest.ts';

/** What the construct has in the package instead of these modules. */
const published: Plugin = {
  name: 'published',
  setup(builder) {
    // It takes the bundles of the package, and builds none.
    builder.onResolve({ filter: /\/bundles\.ts$/ }, () => ({
      path: sourceAt('lib/stack/published/shipped-functions.ts'),
    }));
    // It makes routes and grants from the operations, and needs no schemas for that.
    builder.onLoad({ filter: /\/api\/contract\/operations\.ts$/ }, () => ({ contents: operationsAsData() }));
  },
};

function operationsAsData(): string {
  const data = operations.map((operation) => ({
    operationId: operation.operationId,
    method: operation.method,
    path: operation.path,
    function: operation.function,
    scopes: operation.scopes,
  }));
  return `export const operations = ${JSON.stringify(data)};`;
}

/**
 * Builds the construct as one file of CommonJS, as the CDK is. The ES module hands on what that file exports, so a process
 * has the construct once.
 *
 * @returns the files that it is made of
 */
export async function buildConstruct(directory: string): Promise<readonly string[]> {
  const outfile = join(directory, 'cjs/stack/index.js');
  const { metafile } = await build({
    ...TARGET,
    entryPoints: [sourceAt('lib/stack/published/entry.ts')],
    outfile,
    absWorkingDir: ROOT,
    format: 'cjs',
    bundle: true,
    metafile: true,
    minifySyntax: true,
    plugins: [published],
    external: Object.keys(CDK_PEERS),
    define: { CDK_PEERS: JSON.stringify(CDK_PEERS), 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    legalComments: 'none',
  });
  const all = compileDeclarations('tsconfig.construct.json');
  writeDeclarations(directory, reachedFrom(all, 'stack/index.d.ts', Object.keys(CDK_PEERS)));
  writeFileSync(join(directory, 'esm/stack/index.js'), "export * from '../../cjs/stack/index.js';\n");
  process.stdout.write(`cjs/stack/index.js: ${Math.ceil(statSync(outfile).size / 1_024)} KiB\n`);
  return Object.keys(metafile.inputs);
}
