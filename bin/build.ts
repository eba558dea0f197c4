import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

/**
 * Builds the published package: the receiver and initiator kits, the part of the protocol that they use, and the command
 * line in one file. It writes the kits as ES modules and CommonJS, each with its own declarations, so that tools never mix up the two formats. The package has its
 * own manifest, because merchants should not install the service's dependencies.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FORMATS = ['esm', 'cjs'] as const;

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

const { values } = parseArgs({ options: { 'out-dir': { type: 'string', default: join(ROOT, 'dist') } } });
const types = join(values['out-dir'], 'types');
const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', types], {
  stdio: 'inherit',
});
const declarations = filesUnder(types);
for (const format of FORMATS) await buildFormat(format);
await buildCommandLine();
writeFileSync(join(values['out-dir'], 'cjs/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
rmSync(types, { recursive: true });
writeManifest();

/** Writes the package's manifest: the repository's, without what builds and runs the service. */
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
    files: [...FORMATS, 'cli'],
    bin: { tidings: './cli/tidings.js' },
    exports: published,
    typesVersions: { '*': typesBySubpath(published) },
    engines: { node: '>=22' },
    // Only `tidings/receiver/dynamodb` and `tidings/initiator/dynamodb` need it. Their users already have a client.
    peerDependencies: { '@aws-sdk/lib-dynamodb': '^3' },
    peerDependenciesMeta: { '@aws-sdk/lib-dynamodb': { optional: true } },
  };
  writeFileSync(join(values['out-dir'], 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  copyFileSync(join(ROOT, 'README.md'), join(values['out-dir'], 'README.md'));
}

/** Subpaths with their conditions, as in the `exports` of package.json. */
type Exports = Readonly<Record<string, string | { readonly import: string; readonly require: string }>>;

/**
 * The declarations of each subpath for `moduleResolution: node10`, which ignores `exports`. Such projects compile to
 * CommonJS, so they get the CommonJS declarations. Other resolvers read `exports` and ignore this field.
 */
function typesBySubpath(exports: Exports): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'string' ? [] : [[subpath.slice(2), [target.require.replace(/\.js$/, '.d.ts')]]],
    ),
  );
}

/** Builds every file that has a declaration: the compiler wrote one for the kits and for everything that they import. */
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
    // The user provides the SDK: our commands must have the version of the user's client.
    external: ['@aws-sdk/*'],
    platform: 'node',
    target: 'node22',
    logLevel: 'warning',
  });
  for (const file of declarations) {
    // Declarations import `.ts` files, as the sources do. The published files are `.js`.
    const text = readFileSync(join(types, file), 'utf8');
    writeFileSync(
      join(outdir, file),
      text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'),
    );
  }
}

/** One file without dependencies. It reads its version from the package's manifest beside it. */
async function buildCommandLine(): Promise<void> {
  const outfile = join(values['out-dir'], 'cli/tidings.js');
  await build({
    entryPoints: [join(ROOT, 'bin/tidings.ts')],
    outfile,
    format: 'esm',
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    // Libraries in CommonJS call `require` for modules of Node.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as tidingsRequire } from 'node:module';const require = tidingsRequire(import.meta.url);",
    },
    platform: 'node',
    target: 'node22',
    legalComments: 'eof',
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
  process.stdout.write(`cli/tidings.js: ${Math.ceil(statSync(outfile).size / 1_024)} KiB\n`);
}

function filesUnder(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts'));
}
