import { describe, expect, it } from 'vitest';
import { useCommands } from '../world-commands.ts';

const RESOLVE = ['resolve', 'pay_1', '--status', 'FAILED', '--occurred', '2026-11-20T07:59:00Z', '--yes'];

describe('a merchant that does not exist', () => {
  const setup = useCommands();

  it.each([
    [['get', 'pay_1']],
    [RESOLVE],
    [['endpoints', 'get', 'ep_1']],
    [['keys', 'revoke', 'abc', '--yes']],
  ])('is why nothing of it is found: %j', async (words) => {
    const { status, stderr } = await setup.run([...words, '--merchant', 'typo', '--json']);
    expect([status, JSON.parse(stderr).error.code]).toEqual([4, 'unknown_merchant']);
  });

  it('gets a suggestion', async () => {
    const { stderr } = await setup.run(['get', 'pay_1', '--merchant', 'dem']);
    expect(stderr).toContain('Did you mean demo?');
  });

  it('is not why a transaction of another one is unknown, also where the key may not look', async () => {
    for (const key of [setup.world.admin, setup.demo.receiver]) {
      const { stderr } = await setup.run(['get', 'pay_1', '--merchant', 'demo', '--json'], { key });
      expect(JSON.parse(stderr).error.code).toBe('unknown_transaction');
    }
  });
});
