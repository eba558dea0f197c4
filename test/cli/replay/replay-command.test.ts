import { describe, expect, it } from 'vitest';
import { useCommands } from '../world-commands.ts';

describe('a replay', () => {
  const { run } = useCommands();
  const replay = (...more: readonly string[]) => run(['replay', '--merchant', 'demo', '--detach', ...more]);

  it('to an endpoint that the merchant does not have is refused, and says where they are listed', async () => {
    const { status, stdout, stderr } = await replay('--from', '30m', '--endpoint', 'typo');
    expect([status, stdout]).toEqual([4, '']);
    expect(stderr).toContain('There is no such endpoint.');
    expect(stderr).toContain('tidings endpoints list');
  });

  it('shows only what is known of its job', async () => {
    const { status, stdout } = await replay('--from', '30m');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^state +running$/m);
    expect(stdout).not.toContain('undefined');
  });
});
