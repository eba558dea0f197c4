import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { ROOT } from '../../support/synthesized.ts';
import { runReadme } from './readme-commands.ts';

describe('the demo', () => {
  it('tells its story to the end, try shows one callback, and the README runs as it stands', async () => {
    const dataDir = temporaryDirectory();
    const child = spawn(
      process.execPath,
      ['bin/local.ts', '--port', '0', '--receiver-port', '0', '--data-dir', dataDir],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const lines: string[] = [];
    // A demo that stopped prints no more; the service runs on.
    const told = new Promise<void>((resolve) => {
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          lines.push(line);
          if (/^(Next:|The demo stopped)/.test(line)) resolve();
        });
      }
      child.once('exit', () => resolve());
    });
    try {
      await told;
      const text = lines.join('\n');
      expect(text).toMatch(/^Next: /m);
      expect(text).toMatch(/^Tidings ready: http:\/\/127\.0\.0\.1:\d+$/m);
      expect(text).toMatch(/ORDER-1 .*✓ +delivered/);
      // Which of the failures are seen in time is a matter of how fast the machine is.
      expect(text).toMatch(/ORDER-[789] .*✗ · next in \d+ s +retrying/);
      expect(text).toMatch(/ORDER-7 .*✗ ✗ ✗ ✗ ✗ +exhausted/);
      expect(text).toMatch(/receiver is back online: it missed 3 callbacks/);
      expect(text).toMatch(/reconcile: \d+ windows, [123] differs? → 3 rows applied in \d+ requests/);
      expect(text).toMatch(/ORDER-7 .*✗ ✗ ✗ ✗ ✗ +acknowledged/);
      expect(text).toMatch(/recorded 40 = delivered 37 \+ acknowledged 3 · lost 0/);
      expect(text).toMatch(/digest {2}Tidings ([0-9a-f]{8})… {2}= {2}receiver \1…/);

      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['bin/tidings.ts', 'try', '--data-dir', dataDir],
        { cwd: ROOT },
      );
      expect(stdout).toMatch(/^# TRY-\w+ is recorded/);
      expect(stdout).toMatch(/^webhook-signature: v1,/m);
      expect(stdout).toMatch(/^\{"type":"payment\.succeeded".*"reference":"TRY-\w+"/m);
      await runReadme(dataDir);
    } finally {
      child.kill('SIGINT');
      expect(await exited).toBe(0);
      removeDirectory(dataDir);
    }
  });

  it('says what to do where nothing runs', async () => {
    const run = promisify(execFile)(process.execPath, ['bin/tidings.ts', 'try', '--data-dir', '/nowhere'], {
      cwd: ROOT,
    });
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Start one with npm start'),
    });
  });
});
