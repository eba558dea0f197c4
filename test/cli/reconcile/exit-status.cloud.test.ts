import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';

it('does not say that there are differences where its answer cannot be written', () => {
  // A descriptor that is open for reading only: each write to it fails, on every system.
  const unwritable = openSync('package.json', 'r');
  const { status, stderr } = spawnSync(process.execPath, ['bin/tidings.ts', 'reconcile', '--help'], {
    stdio: ['ignore', unwritable, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(unwritable);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/EBADF|EPERM/)]);
});
