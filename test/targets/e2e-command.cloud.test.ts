import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../lib/emulators/free-port.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ROOT } from '../support/synthesized.ts';
import { e2eCommand } from './e2e-command.ts';
import { startLocalTarget } from './starters/local.ts';
import type { Target } from './target.ts';

/** Variables without an account: nothing here may find one. */
const NO_ACCOUNT = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'nobody',
  AWS_SECRET_ACCESS_KEY: 'nothing',
};

const DAY_SECONDS = 86_400;

describe('npm run e2e', () => {
  const directory = temporaryDirectory();
  let target: Target;
  beforeAll(async () => {
    // Nothing here waits for a timer.
    target = await startLocalTarget({ scheduleSeconds: DAY_SECONDS });
    // The command reads the outputs of a stack from the directory in which it is typed: here there are none.
    process.chdir(directory);
  });
  beforeEach(() => {
    for (const [name, value] of Object.entries(NO_ACCOUNT)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_PROFILE', undefined);
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    process.chdir(ROOT);
    await target?.stop();
    removeDirectory(directory);
  });

  /** The command within this process: to start one takes longer than most of what is asked here. */
  const call = async (args: readonly string[]) => {
    const [out, errors]: [string[], string[]] = [[], []];
    const output = { out: (text: string) => out.push(text), error: (text: string) => errors.push(text) };
    const status = await e2eCommand(args, output);
    return { status, out: out.join(''), errors: errors.join('') };
  };
  /** The command as it is typed. */
  const run = async (args: readonly string[]) => {
    const child = spawn(process.execPath, [join(ROOT, 'test/targets/e2e.ts'), ...args], {
      cwd: directory,
      env: NO_ACCOUNT,
    });
    const [out, errors, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ]);
    return { status, out, errors };
  };
  /** Outputs of a stack as the CDK writes them. */
  const outputs = (changes: Readonly<Record<string, string>>) => {
    const file = join(directory, 'outputs.json');
    const url = 'http://127.0.0.1:1/queue';
    const names = ['FirstQueueUrl', 'RetryQueueUrl', 'CheckQueueUrl', 'DeadLetterUrl', 'IntakeQueueUrl'];
    const queues = Object.fromEntries(names.map((name) => [name, url]));
    const stack = { TableName: 'nothing', ...queues, FeedLagSeconds: '30', RetentionDays: '90', ...changes };
    writeFileSync(file, JSON.stringify({ Tidings: stack }));
    return file;
  };
  const running = () => ['--target', 'aws', '--api-url', target.apiUrl, '--root-key', target.rootKey];

  it('prints its options and journeys', async () => {
    expect(await run(['--help'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('--receiver-host'),
    });
    expect(await call(['--list'])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^three-merchants +100/m),
    });
  });

  it('says where to get an address when the target has none', async () => {
    const { status, errors } = await run(['--target', 'aws']);
    expect(status).toBe(2);
    expect(errors).toContain(
      'The target aws has no address. Give it by --api-url and --root-key, or by --outputs',
    );
    expect(errors).toContain('npm run deploy writes tidings.outputs.json');
    expect((await call(['--target', 'localstack'])).errors).toContain('npm run localstack:deploy writes');
  });

  it('says what to do about a stack whose cloud gave it no address', async () => {
    const args = ['--target', 'localstack', '--outputs', outputs({ ApiUrl: 'unknown' })];
    const { status, errors } = await call(args);
    expect(status).toBe(2);
    expect(errors).toContain('The stack is deployed and has no address: its output ApiUrl is "unknown".');
    expect(errors).toContain('--front-door function-url');
  });

  it('says that nothing answers at the address', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { status, errors } = await call(['--target', 'aws', '--api-url', url, '--root-key', 'tk_root_x']);
    expect(status).toBe(2);
    expect(errors).toContain(`Nothing answers at ${url} (ECONNREFUSED). Start the target (aws), or give`);
  });

  it('says that something else answers at the address', async () => {
    const args = ['--target', 'aws', '--api-url', `${target.apiUrl}/v1`, '--root-key', 'tk_root_x'];
    expect(await call(args)).toMatchObject({
      status: 2,
      errors: expect.stringContaining('so there is no Tidings at this address.'),
    });
  });

  it('says that the root key is wrong, and where the right one is', async () => {
    const args = ['--target', 'aws', '--api-url', target.apiUrl, '--root-key', `tk_root_${'x'.repeat(48)}`];
    const { status, errors } = await call(args);
    expect(status).toBe(2);
    expect(errors).toContain('refuses the root key (invalid_key). Give it by --root-key:');
  });

  it('says that no root key is known, or that its secret cannot be read', async () => {
    const address = ['--target', 'aws', '--api-url', target.apiUrl];
    expect((await call(address)).errors).toContain('No root key is known. Give the key by --root-key');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    const file = outputs({ RootKeySecret: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:root' });
    const unreadable = await call([...address, '--outputs', file]);
    expect(unreadable.status).toBe(2);
    expect(unreadable.errors).toMatch(/The secret \S+ cannot be read \(.*\)\. Give the key by --root-key/);
  });

  it('says that the target does not reach the receiver', async () => {
    const host = `http://127.0.0.1:${await freePort()}`;
    const { status, errors } = await call([...running(), '--receiver-host', host]);
    expect(status).toBe(2);
    expect(errors).toContain(`The target does not reach the receiver at ${host}/e2e-`);
    expect(errors).toContain(
      '(connection_failed). Give the host under which the target reaches this machine',
    );
  });

  it('says that the target refuses the receiver’s address', async () => {
    const { status, errors } = await call([...running(), '--receiver-host', '10.0.0.1']);
    expect(status).toBe(2);
    expect(errors).toContain('The target refuses callbacks to http://10.0.0.1:');
    expect(errors).toContain('by --receiver-host');
  });

  it('says that the receiver’s port is taken', async () => {
    const { port } = new URL(target.apiUrl);
    const args = [...running(), '--receiver-host', '127.0.0.1', '--receiver-port', port];
    expect(await call(args)).toMatchObject({
      status: 2,
      errors: expect.stringContaining('Choose another port with --receiver-port.'),
    });
  });

  it('prints what a target cannot do, with the reason, and writes the table', async () => {
    const reports = ['table.md', 'table.json'].map((name) => join(directory, name));
    const some = ['record', 'callback', 'intake-queue'].flatMap((name) => ['--journey', name]);
    const { status, out } = await call([
      ...running(),
      ...some,
      ...reports.flatMap((file) => ['--report', file]),
    ]);
    expect(status).toBe(0);
    expect(out).toMatch(/^record +passed +\d+\.\d s$/m);
    expect(out).toMatch(/^callback +cannot +\d+\.\d s +cannot: no --receiver-host was given$/m);
    expect(out).toMatch(/^intake-queue +cannot .+cannot: the outputs of the stack name no IntakeQueueUrl/m);
    expect(out).toMatch(/^aws: 1 passed · 0 failed · 2 cannot · \d+ s/m);
    const [markdown = '', json = ''] = reports.map((file) => readFileSync(file, 'utf8'));
    expect(markdown).toMatch(
      /^\| callback \| cannot \| \d+\.\d s \| cannot: no --receiver-host was given \|$/m,
    );
    expect(JSON.parse(json)).toMatchObject({
      target: 'aws',
      journeys: [
        { journey: 'record', result: 'passed' },
        { journey: 'callback', result: 'cannot' },
        { journey: 'intake-queue', result: 'cannot' },
      ],
    });
  });

  it('ends with status 1 when a journey fails, and shows why', async () => {
    const args = [...running(), '--outputs', outputs({}), '--journey', 'intake-queue', '--journey', 'query'];
    const { status, out, errors } = await run(args);
    expect(status).toBe(1);
    expect(out).toMatch(/^intake-queue +failed/m);
    expect(out).toMatch(/^query +passed/m);
    expect(errors).toContain('ECONNREFUSED');
  });

  it('says that MiniStack needs Python', async () => {
    vi.stubEnv('PATH', directory);
    const { status, errors } = await call(['--target', 'ministack']);
    expect(status).toBe(2);
    expect(errors).toContain('There is no python3 on the PATH. Install Python 3.10 or newer');
  });
});
