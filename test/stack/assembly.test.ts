import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ASSEMBLY, ROOT } from '../support/synthesized.ts';

interface Asset {
  readonly source: { readonly path: string; readonly packaging: string };
}

/** What each asset that is a folder holds. */
function bundlesOf(assembly: string): readonly (readonly string[])[] {
  const { files } = JSON.parse(readFileSync(join(assembly, 'Tidings.assets.json'), 'utf8')) as {
    readonly files: Readonly<Record<string, Asset>>;
  };
  return Object.values(files)
    .filter(({ source }) => source.packaging === 'zip')
    .map(({ source }) => readdirSync(resolve(assembly, source.path)));
}

const run = promisify(execFile);

it('is not where the CDK’s commands write, some of which leave an app without bundles', async () => {
  const { output } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { readonly output: string };
  expect(join(ROOT, output)).not.toBe(ASSEMBLY);
  const directory = temporaryDirectory();
  try {
    await run(process.execPath, ['node_modules/aws-cdk/bin/cdk', 'ls', '--output', directory], { cwd: ROOT });
    expect(bundlesOf(directory).filter((names) => names.includes('index.mjs'))).toEqual([]);
    expect(new Set(bundlesOf(ASSEMBLY).flat())).toEqual(new Set(['index.mjs']));
  } finally {
    removeDirectory(directory);
  }
});

it('has bundles though the environment is that of a command which leaves them out', async () => {
  const directory = temporaryDirectory();
  const code = `import { synthesize } from './lib/local/synthesize.ts'; await synthesize('.', ${JSON.stringify(directory)});`;
  try {
    await run(process.execPath, ['--input-type=module', '-e', code], {
      cwd: ROOT,
      env: { ...process.env, CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' },
    });
    expect(new Set(bundlesOf(directory).flat())).toEqual(new Set(['index.mjs']));
  } finally {
    removeDirectory(directory);
  }
});
