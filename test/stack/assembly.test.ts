import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ASSET_FOLDER } from '../../lib/console/site/http/assets.ts';
import { BUNDLES_VARIABLE } from '../../lib/stack/bundled/bundles-variable.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { assemblyOf, ROOT } from '../support/synthesized.ts';

interface Asset {
  readonly source: { readonly path: string; readonly packaging: string };
}

/** The bytes of each function's bundle, by the hash under which it is deployed. */
function bundlesOf(assembly: string): Readonly<Record<string, string>> {
  const { files } = JSON.parse(readFileSync(join(assembly, 'Tidings.assets.json'), 'utf8')) as {
    readonly files: Readonly<Record<string, Asset>>;
  };
  return Object.fromEntries(
    Object.entries(files)
      .filter(([, { source }]) => source.packaging === 'zip')
      .map(([hash, { source }]) => {
        const folder = resolve(assembly, source.path);
        expect(readdirSync(folder).filter((name) => name !== ASSET_FOLDER)).toEqual(['index.mjs']);
        return [hash, readFileSync(join(folder, 'index.mjs'), 'utf8')];
      }),
  );
}

const run = promisify(execFile);

const SYNTHESIZE = `
  import { synthesize } from './lib/local/synthesis/synthesize.ts';
  process.stdout.write((await synthesize('.', process.argv[1])).directory);`;

/** Synthesizes in a process that has these variables, and bundles. Returns the assembly's directory. */
async function synthesizeWith(env: NodeJS.ProcessEnv, cacheDir: string): Promise<string> {
  const args = ['--input-type=module', '-e', SYNTHESIZE, cacheDir];
  const { [BUNDLES_VARIABLE]: _, ...bundling } = process.env;
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, env: { ...bundling, ...env } });
  return stdout;
}

describe('an assembly', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => removeDirectory(directory));

  it('of npm start is not where the CDK’s commands write', () => {
    const { output } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as {
      readonly output: string;
    };
    expect(dirname(assemblyOf('local'))).not.toBe(join(ROOT, output));
  });

  it('has bundles though the environment is that of a command which wants none', async () => {
    const wantsNone = { CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' };
    expect(bundlesOf(await synthesizeWith(wantsNone, directory))).toEqual(
      bundlesOf(assemblyOf('production')),
    );
  });

  it('has the bundles that npm start runs, for every CDK command, though a process was killed while it copied some', async () => {
    const [torn = '', empty = ''] = Object.keys(bundlesOf(assemblyOf('production')));
    for (const hash of [torn, empty]) {
      cpSync(join(assemblyOf('production'), `asset.${hash}`), join(directory, `asset.${hash}`), {
        recursive: true,
      });
    }
    const bundle = join(directory, `asset.${torn}`, 'index.mjs');
    writeFileSync(bundle, readFileSync(bundle).subarray(0, 1_000));
    removeDirectory(join(directory, `asset.${empty}`, 'index.mjs'));
    await run(process.execPath, ['node_modules/aws-cdk/bin/cdk', 'ls', '--output', directory], { cwd: ROOT });
    expect(bundlesOf(directory)).toEqual(bundlesOf(assemblyOf('production')));
  });
});
