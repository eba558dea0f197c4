import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openListenerFile } from '../../../lib/cli/listen/listener-file.ts';

const STATE = { cursor: 'c', from: '2026-11-20T08:00:00.000Z', accepted: ['a 1'], secret: 'whsec_x' };
const LISTENER_FILE = new URL('../../../lib/cli/listen/listener-file.ts', import.meta.url).href;

it('a listener keeps the place that it has if the disk takes a part of the next one', () => {
  const name = {
    env: { TIDINGS_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'tidings-listen-')) },
    api: 'https://a.example',
    merchantId: 'shop',
    forwardTo: 'http://localhost:3000/hook',
  };
  const first = openListenerFile(name);
  first.write(STATE);
  first.unlock();
  const program = `
    const { openListenerFile } = await import(${JSON.stringify(LISTENER_FILE)});
    const file = openListenerFile(${JSON.stringify(name)});
    const accepted = Array.from({ length: 100 }, (_, n) => 'transaction-with-a-long-id-' + n + ' 1');
    file.write({ ...file.read(), accepted });`;
  // One KiB, which is less than the new content has.
  const limited = ['bash', '-c', 'ulimit -f 1; exec "$@"', 'bash'];
  const [command = '', ...words] = [...limited, process.execPath, '--input-type=module', '-e', program];
  expect(spawnSync(command, words, { encoding: 'utf8' }).stderr).toContain('cannot be written');
  expect(openListenerFile(name).read()).toEqual(STATE);
});
