import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ASSEMBLY, LOCAL_ASSEMBLY, ROOT } from '../support/synthesized.ts';

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
        expect(readdirSync(folder)).toEqual(['index.mjs']);
        return [hash, readFileSync(join(folder, 'index.mjs'), 'utf8')];
      }),
  );
}

const run = promisify(execFile);

const synthesizeInto = (directory: string, env: NodeJS.ProcessEnv = {}) =>
  run(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { synthesize } from './lib/local/synthesize.ts'; await synthesize('.', ${JSON.stringify(directory)});`,
    ],
    { cwd: ROOT, env: { ...process.env, ...env } },
  );

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
    expect(join(ROOT, output)).not.toBe(LOCAL_ASSEMBLY);
  });

  it('has the bundles that npm start runs, for every CDK command', async () => {
    await run(process.execPath, ['node_modules/aws-cdk/bin/cdk', 'ls', '--output', directory], { cwd: ROOT });
    expect(bundlesOf(directory)).toEqual(bundlesOf(ASSEMBLY));
  });

  it('has bundles though the environment is that of a command which wants none', async () => {
    await synthesizeInto(directory, { CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' });
    expect(bundlesOf(directory)).toEqual(bundlesOf(ASSEMBLY));
  });

  it('has whole bundles though a process was killed while it copied some', async () => {
    const [torn = '', empty = ''] = Object.keys(bundlesOf(ASSEMBLY));
    for (const hash of [torn, empty]) {
      cpSync(join(ASSEMBLY, `asset.${hash}`), join(directory, `asset.${hash}`), { recursive: true });
    }
    const bundle = join(directory, `asset.${torn}`, 'index.mjs');
    writeFileSync(bundle, readFileSync(bundle).subarray(0, 1_000));
    removeDirectory(join(directory, `asset.${empty}`, 'index.mjs'));
    await synthesizeInto(directory);
    expect(bundlesOf(directory)).toEqual(bundlesOf(ASSEMBLY));
  });
});
