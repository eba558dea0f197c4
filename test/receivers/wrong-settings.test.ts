import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { makePrograms } from './programs/receivers.ts';

const { programs } = await makePrograms();
const directory = temporaryDirectory();
afterAll(() => removeDirectory(directory));

const SECRET = `whsec_${Buffer.alloc(24).toString('base64')}`;
/** Nothing answers at this address: a program that starts all the same tries to reconcile, and does not end. */
const GOOD = {
  API: 'http://127.0.0.1:9',
  KEY: 'tk_a_b',
  MERCHANT_ID: 'demo',
  ENDPOINT_SECRET: SECRET,
  MERCHANT_SECRET: SECRET,
  SINCE: '2026-11-20T00:00:00Z',
  PORT: '4600',
  DATABASE: join(directory, 'shop.db'),
};
const RUN_MS = 60_000;

describe.each(programs)('the receiver in $language', (program) => {
  const [file, ...args] = program.command;

  it.each([
    ['SINCE', 'yesterday'],
    ['SINCE', '2026-11-20'],
    ['SINCE', '2026-11-20T00:00:00'],
    ['SINCE', ''],
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['API', 'localhost:4510'],
    ['ENDPOINT_SECRET', 'whsec_§'],
    ['MERCHANT_SECRET', 'whsec_§'],
    ['RECONCILE_SECONDS', 'soon'],
    ['RECONCILE_SECONDS', '-1'],
  ])('ends at its start with one sentence if %s is %j', async (name, value) => {
    const env = { ...process.env, ...program.environment, ...GOOD, [name]: value };
    const run = promisify(execFile)(file, args, { cwd: directory, env, timeout: RUN_MS });
    const { code, stdout, stderr } = await run.then(
      ({ stdout: out }) => ({ code: 0, stdout: out, stderr: '' }),
      (error: { code: unknown; stdout: string; stderr: string }) => error,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim()).toMatch(new RegExp(`^[^\\n]*${name} (?:must be|is not set)[^\\n]*\\.$`));
  });
});
