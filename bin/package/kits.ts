import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { compileDeclarations, writeDeclarations } from './declarations.ts';
import { FORMATS, sourceAt, TARGET } from './layout.ts';

/** Keeps each source file as a separate output file. Subpaths then share files, so a class exists once per format. */
const fileByFile: Plugin = {
  name: 'file-by-file',
  setup(builder) {
    builder.onResolve({ filter: /^\.{1,2}\// }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.js'),
      external: true,
    }));
  },
};

/**
 * Builds the kits as ES modules and CommonJS, each with its own declarations, so that tools never mix up the two formats.
 * The compiler writes a declaration for the kits and for everything that they import: so these are the files to build.
 */
export async function buildKits(directory: string): Promise<void> {
  const declarations = compileDeclarations('tsconfig.build.json');
  for (const format of FORMATS) {
    await build({
      ...TARGET,
      entryPoints: [...declarations.keys()].map((file) => sourceAt('lib', file.replace(/\.d\.ts$/, '.ts'))),
      outbase: sourceAt('lib'),
      outdir: join(directory, format),
      format,
      bundle: true,
      plugins: [fileByFile],
      // The user provides the SDK: our commands must have the version of the user's client.
      external: ['@aws-sdk/*'],
    });
  }
  writeDeclarations(directory, declarations);
}
