import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

/**
 * Builds the package that is published, the kits of receivers and of initiators with the part of the protocol that they
 * use: ES modules and CommonJS, each with its own declarations, so that neither form is taken for the other. It has a
 * manifest of its own: merchants should not install what the service is built from.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FORMATS = ['esm', 'cjs'] as const;

/** Keeps every file its own, so that subpaths share them: a class is then one class within a form. */
const fileByFile: Plugin = {
  name: 'file-by-file',
  setup(builder) {
    builder.onResolve({ filter: /^\.{1,2}\// }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.js'),
      external: true,
    }));
  },
};

const { values } = parseArgs({ options: { 'out-dir': { type: 'string', default: join(ROOT, 'dist') } } });
const types = join(values['out-dir'], 'types');
const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', types], {
  stdio: 'inherit',
});
const declarations = filesUnder(types);
for (const format of FORMATS) await buildFormat(format);
writeFileSync(join(values['out-dir'], 'cjs/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
rmSync(types, { recursive: true });
writeManifest();

/** The repository's, without what builds and runs the service. */
function writeManifest(): void {
  const { name, version, description, license, type, exports } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  const published: Exports = JSON.parse(JSON.stringify(exports).replaceAll('"./dist/', '"./'));
  const manifest = {
    name,
    version,
    description,
    license,
    type,
    files: FORMATS,
    exports: published,
    typesVersions: { '*': typesBySubpath(published) },
    engines: { node: '>=22' },
    // Of `tidings/receiver/dynamodb` and `tidings/initiator/dynamodb` alone: whoever uses them has a client already.
    peerDependencies: { '@aws-sdk/lib-dynamodb': '^3' },
    peerDependenciesMeta: { '@aws-sdk/lib-dynamodb': { optional: true } },
  };
  writeFileSync(join(values['out-dir'], 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  copyFileSync(join(ROOT, 'README.md'), join(values['out-dir'], 'README.md'));
}

/** Subpaths by their conditions, as `exports` has them. */
type Exports = Readonly<Record<string, string | { readonly import: string; readonly require: string }>>;

/**
 * The declarations of each subpath for `moduleResolution: node10`, which does not read `exports`. It writes CommonJS, so
 * it gets the declarations of that form. All others read `exports` and pass over this.
 */
function typesBySubpath(exports: Exports): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'string' ? [] : [[subpath.slice(2), [target.require.replace(/\.js$/, '.d.ts')]]],
    ),
  );
}

/** The compiler has written declarations of the kits and of all that they import, and so says what to build. */
async function buildFormat(format: (typeof FORMATS)[number]): Promise<void> {
  const outdir = join(values['out-dir'], format);
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: declarations.map((file) => join(ROOT, 'lib', file.replace(/\.d\.ts$/, '.ts'))),
    outbase: join(ROOT, 'lib'),
    outdir,
    format,
    bundle: true,
    plugins: [fileByFile],
    // The SDK is the user's own: its client and our commands must be of one version.
    external: ['@aws-sdk/*'],
    platform: 'node',
    target: 'node22',
    logLevel: 'warning',
  });
  for (const file of declarations) {
    // Declarations name their neighbours as the sources do, with `.ts`; what is published is `.js`.
    const text = readFileSync(join(types, file), 'utf8');
    writeFileSync(
      join(outdir, file),
      text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'),
    );
  }
}

function filesUnder(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts'));
}
