import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { useCommands } from '../world-commands.ts';

describe('a listener that cannot follow the feed', () => {
  const { run } = useCommands();
  const directory = temporaryDirectory();
  afterAll(() => removeDirectory(directory));
  /** Files that hold a place in the feed. Locks are left behind. */
  const places = () =>
    readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith('.json'));

  it.each([
    ['of an unknown merchant', ['--merchant', 'typo'], 'There is no such merchant.'],
    ['from a time to come', ['--merchant', 'demo', '--since', '2036-11-20'], 'future'],
  ])('%s says so before it shows a secret, and keeps no place', async (_, more, why) => {
    const env = { TIDINGS_CONFIG_DIR: directory };
    const ended = await run(['listen', '--forward-to', 'http://127.0.0.1:9/hook', '--once', ...more], {
      env,
    });
    expect(ended).toMatchObject({ status: 4, stdout: '', stderr: expect.stringContaining(why) });
    expect(ended.stderr).not.toMatch(/whsec_|Forwarding/);
    expect(places()).toEqual([]);
  });
});
