import { describe, expect, it } from 'vitest';
import { useCommands } from '../world-commands.ts';

describe('--expires', () => {
  const { run, json } = useCommands();

  it('of a new key counts from now', async () => {
    expect(
      await json(['keys', 'create', 'receiver', '--merchant', 'demo', '--expires', '30d']),
    ).toMatchObject({
      expiresAt: '2026-12-20T08:00:00.000Z',
    });
  });

  it('of a link takes a duration or a time', async () => {
    for (const expires of ['5m', '2026-11-20T08:05:00Z']) {
      expect(await json(['portal', '--merchant', 'demo', '--expires', expires])).toMatchObject({
        expiresAt: '2026-11-20T08:05:00.000Z',
      });
    }
  });

  it('that is past says what it takes', async () => {
    for (const words of [['keys', 'create', 'receiver'], ['portal']]) {
      expect(await run([...words, '--merchant', 'demo', '--expires', '2026-11-19'])).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringContaining('how long from now: 15m, 1h, 30d'),
      });
    }
  });
});
