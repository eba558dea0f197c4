import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

/**
 * Builds the package that is published, the kits of receivers and of initiators: ES modules and CommonJS, each with its
 * own declarations, so that neither form is taken for the other. It has a manifest of its own: what the service is
 * built from is nothing that a merchant should install.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const KITS = ['receiver', 'initiator'];

/** Keeps every file its own, so that subpaths share them: a class is then one class, in either form. */
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
for (const kit of KITS) await buildKit(kit);
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

async function buildKit(kit: string): Promise<void> {
  const source = join(ROOT, 'lib', kit);
  const outDir = join(values['out-dir'], kit);
  const [modules, commonJs] = [join(outDir, 'esm'), join(outDir, 'cjs')];
  rmSync(outDir, { recursive: true, force: true });
  for (const [format, outdir] of [['esm', modules] as const, ['cjs', commonJs] as const]) {
    await build({
      entryPoints: filesUnder(source).map((file) => join(source, file)),
      outbase: source,
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
    for (const path of filesUnder(join(types, kit))) {
      // Declarations name their neighbours as the sources do, with `.ts`; what is published is `.js`.
      const text = readFileSync(join(types, kit, path), 'utf8');
      mkdirSync(dirname(join(outdir, path)), { recursive: true });
      writeFileSync(
        join(outdir, path),
        text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'),
      );
    }
  }
  writeFileSync(join(commonJs, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
}

function filesUnder(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts'));
}
