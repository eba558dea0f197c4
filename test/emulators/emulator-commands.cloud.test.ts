import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../lib/emulators/free-port.ts';
import { startMiniStack } from '../../lib/emulators/ministack.ts';
import { runCommand } from '../../lib/emulators/run-command.ts';
import { stackAddress } from '../../lib/emulators/stack-address.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ROOT } from '../support/synthesized.ts';

const directory = temporaryDirectory();
afterAll(() => removeDirectory(directory));

const command = async (file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const { status, lines } = await runCommand(process.execPath, [join(ROOT, 'bin', file), ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, said: lines.join('\n') };
};

describe('npm run ministack', () => {
  it.each([
    [['--port', 'x'], 2, '--port needs a number from 0 to 65535, not x.'],
    [['--colour'], 2, "Unknown option '--colour'"],
    [['--help'], 0, '--install'],
  ])('answers %j with a sentence', async (args, status, sentence) => {
    expect(await command('ministack.ts', args)).toMatchObject({
      status,
      said: expect.stringContaining(sentence),
    });
  });

  it.each([[[]], [['--install']]])('says with %j that there is no Python', async (args) => {
    const { status, said } = await command('ministack.ts', args, { PATH: directory });
    expect(status).toBe(1);
    expect(said).toBe(
      'There is no python3 on the PATH. Install Python 3.10 or newer with its venv module (Debian: apt install python3-venv).',
    );
  });

  it('shows what MiniStack said when it ends at once', async () => {
    const cache = join(directory, 'cache');
    const place = join(cache, 'tidings/ministack-1.5.33-py3.12/bin');
    const programs = join(directory, 'programs');
    for (const [folder, name, script] of [
      [programs, 'python3', 'echo 3 12'],
      [place, 'python', 'echo "port in use" >&2; exit 3'],
    ] as const) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const env = { PATH: `${programs}:/usr/bin:/bin`, XDG_CACHE_HOME: cache };
    const starting = startMiniStack({ port: await freePort(), log: () => undefined, env });
    await expect(starting).rejects.toThrow(/MiniStack ended:\nport in use/);
  });
});

describe('npm run localstack:deploy', () => {
  it('says that nothing answers, and what to start', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const { status, said } = await command('localstack-deploy.ts', ['--endpoint', endpoint]);
    expect(status).toBe(1);
    expect(said).toContain(`Nothing answers at ${endpoint}. Start LocalStack (docker compose`);
    expect(existsSync(join(directory, 'localstack.outputs.json'))).toBe(false);
  });

  it.each([
    [['--endpoint', 'localhost:4566'], 2, '--endpoint needs an http or https URL, not localhost:4566.'],
    [['--colour'], 2, "Unknown option '--colour'"],
    [['--help'], 0, '--front-door'],
  ])('answers %j with a sentence', async (args, status, sentence) => {
    expect(await command('localstack-deploy.ts', args)).toMatchObject({
      status,
      said: expect.stringContaining(sentence),
    });
  });

  it.each([{ ApiUrl: 'unknown' }, { ApiUrl: 'arn:aws:x' }, { ApiUrl: '' }, {}, { ApiUrl: 'https:' }])(
    'fails for a stack whose address is %j',
    (outputs) => {
      expect(() => stackAddress(outputs)).toThrow(
        /^The stack is deployed and has no address: .* Deploy with the other front door/,
      );
    },
  );

  it('takes the address without the slash at its end', () => {
    expect(stackAddress({ ApiUrl: 'http://id.lambda-url.localhost:4566/' })).toBe(
      'http://id.lambda-url.localhost:4566',
    );
  });
});
