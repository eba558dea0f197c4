import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory } from '../../support/local-service.ts';
import { projectWithKit } from '../../support/published/published.ts';
import { ROOT } from '../../support/synthesized.ts';
import { changeEverything, credentialsOf, expectMended } from './former-run.ts';
import { linesToLook, startingLine, typeLook, typeQuickStart } from './quick-start.ts';
import { runReadme } from './readme-commands.ts';
import { type RunningDemo, startDemo } from './running-demo.ts';

/** One demo for all that is said about it: each test finds it as the one before has left it. */
describe('the demo', () => {
  let project: string;
  let dataDir: string;
  let demo: RunningDemo;
  beforeAll(async () => {
    // A folder like a reader's, who typed everything in the clone: with the package, and the data below it.
    project = await projectWithKit();
    dataDir = join(project, '.tidings');
    demo = startDemo(dataDir);
  });
  afterAll(async () => {
    await demo.stop();
    removeDirectory(project);
  });

  it('tells its story to the end', async () => {
    const text = await demo.told();
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
  });

  it('has its callback shown by try', async () => {
    const words = ['bin/tidings.ts', 'try', '--data-dir', dataDir];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: ROOT });
    expect(stdout).toMatch(/^# TRY-\w+ is recorded/);
    expect(stdout).toMatch(/^webhook-signature: v1,/m);
    expect(stdout).toMatch(/^\{"type":"payment\.succeeded".*"reference":"TRY-\w+"/m);
  });

  it('is what the README runs against, as it stands', () => runReadme(dataDir));

  it('is started by the quick start with one line', () => {
    expect(startingLine).toBe('npm ci && npm start\n');
  });

  it('lets the quick start show a callback, find one that was lost, and reconcile, typed as it stands', () =>
    typeQuickStart(project));

  it.each(linesToLook)('has what troubleshooting looks at after the quick start: %s', (line) =>
    typeLook(project, line),
  );

  it('tells its story although somebody changed everything of it in the run before', async () => {
    const before = credentialsOf(dataDir);
    await changeEverything(before);
    expect(await demo.stop()).toBe(0);
    demo = startDemo(dataDir);
    await demo.ready();
    await expectMended(before, dataDir);
  });
});

it('try says what to do where nothing runs', async () => {
  const run = promisify(execFile)(process.execPath, ['bin/tidings.ts', 'try', '--data-dir', '/nowhere'], {
    cwd: ROOT,
  });
  await expect(run).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Start one with npm start'),
  });
});
