import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run as runCommand } from '../../e2e/command-line/program.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

const FILE = `#tidings-statement,1\r\n${'pay_1,1,SUCCEEDED,1999,CNY\r\n'.repeat(5_000)}`;

/** A service that has one statement, and a place from which it is downloaded. */
describe('tidings statement', () => {
  const directory = temporaryDirectory();
  let server: Server;
  let origin: string;
  /** What the download sends. */
  let sent: string;
  let breaksOff = false;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/file') {
        // The link needs no key, and gets none.
        expect(request.headers.authorization).toBeUndefined();
        response.writeHead(200, { 'content-length': FILE.length });
        if (breaksOff) response.write(sent.slice(0, 1_000), () => response.destroy());
        else response.end(sent);
        return;
      }
      const whole = { bytes: FILE.length, sha256: createHash('sha256').update(FILE).digest('hex') };
      const statement = { date: '2026-11-20', rows: 5_000, url: `${origin}/file`, ...whole };
      const content = request.url === '/v1/whoami' ? { scope: 'receiver', merchantId: 'shop' } : statement;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    sent = FILE;
    breaksOff = false;
  });
  afterAll(() => {
    server.close();
    removeDirectory(directory);
  });

  const run = (...words: readonly string[]) =>
    runCommand(['statement', ...words], {
      env: { TIDINGS_API: origin, TIDINGS_KEY: 'tk_a_b', TIDINGS_CONFIG_DIR: directory },
    });

  it('writes the file, or shows it, once its hash is verified', async () => {
    const out = join(directory, 'statement.csv');
    const kept = await run('2026-11-20', '--out', out);
    expect(kept).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/5000 rows, SHA-256 .* verified/),
    });
    expect(readFileSync(out, 'utf8')).toBe(FILE);
    expect(await run('2026-11-20', '--quiet')).toEqual({ status: 0, stdout: FILE, stderr: '' });
    expect(JSON.parse((await run('2026-11-20', '--json')).stdout)).toMatchObject({ rows: 5_000 });
    expect(await run('20.11.2026')).toMatchObject({ status: 2 });
  });

  it('keeps nothing of a file that is another one, or that breaks off', async () => {
    const out = join(directory, 'other.csv');
    const before = readdirSync(directory);
    sent = FILE.replace('1999', '9999');
    const changed = await run('2026-11-20', '--out', out, '--json');
    expect([changed.status, changed.stdout]).toEqual([1, '']);
    expect(changed.stderr).toContain('hash_mismatch');
    expect(await run('2026-11-20', '--quiet')).toMatchObject({ status: 1, stdout: '' });
    breaksOff = true;
    expect(await run('2026-11-20', '--out', out)).toMatchObject({ status: 3 });
    breaksOff = false;
    const env = { TIDINGS_API: origin, TIDINGS_KEY: 'tk_a_b', TIDINGS_CONFIG_DIR: directory };
    const full = await runCommand(['statement', '2026-11-20', '--out', out], { env, isDiskFull: true });
    expect(full).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/cannot be written: EFBIG.*\nNothing was kept/),
    });
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(directory)).toEqual(before);
    expect(await run('2026-11-20', '--out', '/nowhere/statement.csv')).toMatchObject({ status: 2 });
  });
});
