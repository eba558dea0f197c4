import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

/**
 * Builds what is published of the receiver kit: ES modules and CommonJS, each with its own declarations, so that
 * neither form is taken for the other. `exports` of package.json names the files.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'lib/receiver');
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
const outDir = join(values['out-dir'], 'receiver');
const [modules, commonJs] = [join(outDir, 'esm'), join(outDir, 'cjs')];

rmSync(outDir, { recursive: true, force: true });
for (const [format, outdir] of [['esm', modules] as const, ['cjs', commonJs] as const]) {
  await build({
    entryPoints: filesUnder(SOURCE).map((file) => join(SOURCE, file)),
    outbase: SOURCE,
    outdir,
    format,
    bundle: true,
    plugins: [fileByFile],
    platform: 'node',
    target: 'node22',
    logLevel: 'warning',
  });
}
const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', modules], {
  stdio: 'inherit',
});
for (const path of filesUnder(modules)) {
  // Declarations name their neighbours as the sources do, with `.ts`; what is published is `.js`.
  const text = readFileSync(join(modules, path), 'utf8');
  writeFileSync(
    join(modules, path),
    text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'),
  );
  cpSync(join(modules, path), join(commonJs, path));
}
writeFileSync(join(commonJs, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);

function filesUnder(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts'));
}
