import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { AssetCode } from 'aws-cdk-lib/aws-lambda';
import { expect, it } from 'vitest';
import { bundle } from '../../lib/stack/bundles.ts';
import { codeOf } from '../../lib/stack/function-code.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ROOT } from '../support/synthesized.ts';

/** Where a function's bundle lies before an assembly takes it in. */
function sourceOf(stack: Stack, name: string): string {
  const code = codeOf(stack, name);
  if (!(code instanceof AssetCode)) throw new Error('no asset');
  return code.path;
}

it('functions are bundled once a process, for every function of every app', () => {
  const [one, other] = [new Stack(new App(), 'One'), new Stack(new App(), 'Other')];
  const directories = [sourceOf(one, 'close'), sourceOf(one, 'relay'), sourceOf(other, 'close')];
  expect(new Set(directories.map(dirname)).size).toBe(1);
  const [close = ''] = directories;
  expect(existsSync(close)).toBe(true);
  expect(readdirSync(dirname(close))).toContain('test-request');
});

it('a bundle is the same in every directory, and with any other functions', () => {
  const entry = join(ROOT, 'functions/close.ts');
  const directory = temporaryDirectory();
  try {
    bundle({ close: entry }, join(directory, 'alone'));
    bundle({ close: entry, audit: join(ROOT, 'functions/audit.ts') }, join(directory, 'beside'));
    const [alone, beside] = ['alone', 'beside'].map((name) =>
      readFileSync(join(directory, name, 'close/index.mjs'), 'utf8'),
    );
    expect(alone).toBe(beside);
  } finally {
    removeDirectory(directory);
  }
});
