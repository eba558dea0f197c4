import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findAssembly } from '../../../lib/local/synthesis/assembly-cache.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

/** The app of a process that was killed: it goes on writing into the draft. */
const WRITE = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  for (let number = 0; ; number += 1) {
    try {
      mkdirSync(process.argv[1], { recursive: true });
      writeFileSync(process.argv[1] + '/' + number, '');
    } catch {}
  }`;
const LOOKS = 1_000;
const NO_PROCESS = 2 ** 30;

let cache: string;
let draft: string;
beforeEach(() => {
  cache = temporaryDirectory();
  draft = join(cache, `draft-${NO_PROCESS}-0123456789ab`);
});
afterEach(() => removeDirectory(cache));

it('a draft in which an orphaned app still writes stops nobody, and is deleted afterwards', async () => {
  const app = spawn(process.execPath, ['--eval', WRITE, join(draft, 'assets')], { stdio: 'ignore' });
  try {
    await eventually(
      () => existsSync(draft),
      (isThere) => expect(isThere).toBe(true),
    );
    for (let look = 0; look < LOOKS; look += 1) expect(findAssembly(cache, 'inputs')).toBeUndefined();
  } finally {
    app.kill('SIGKILL');
    await once(app, 'exit');
  }
  findAssembly(cache, 'inputs');
  expect(existsSync(draft)).toBe(false);
});
