import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Writing to it fails as on a disk that is full; not every system has it. */
const FULL = '/dev/full';

it.skipIf(!existsSync(FULL))(
  'does not say that there are differences where its answer cannot be written',
  () => {
    const full = openSync(FULL, 'w');
    const { status, stderr } = spawnSync(process.execPath, ['bin/tidings.ts', 'reconcile', '--help'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect([status, stderr]).toEqual([2, expect.stringContaining('ENOSPC')]);
  },
);
