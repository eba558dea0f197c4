import { describe, expect, it } from 'vitest';
import { payment } from '../../support/world.ts';
import { useCommands } from '../world-commands.ts';

const AT = ['--occurred', '2026-11-20T07:59:00Z'];
const FAILED = ['record', 'pay_1', '--status', 'FAILED', '--amount', '5', '--currency', 'EUR', ...AT];

describe('--reason', () => {
  const setup = useCommands();
  const { run, json } = setup;
  /** A PENDING that nobody found the end of. */
  const leaveUnresolved = async () => {
    const { world, demo } = setup;
    await world.call(
      demo.initiator,
      'PUT /v1/merchants/demo/transactions/pay_2',
      payment({ status: 'PENDING' }),
    );
    for (const check of world.ports.contents.checks.values()) {
      const { nextAttemptAt: _due, ...rest } = check;
      await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
    }
  };

  it.each([
    ['card_declined', { code: 'card_declined', message: '' }],
    ['card.declined: Limit reached: 500 EUR', { code: 'card.declined', message: 'Limit reached: 500 EUR' }],
  ])('of record is what the service keeps: %s', async (text, reason) => {
    const asking = { key: setup.demo.initiator };
    expect(await json([...FAILED, '--reason', text], asking)).toMatchObject({ status: 'FAILED', reason });
  });

  it('of resolve is what the service keeps', async () => {
    await leaveUnresolved();
    const words = ['resolve', 'pay_2', '--status', 'FAILED', ...AT, '--yes', '--merchant', 'demo'];
    expect(await json([...words, '--reason', 'no_funds: Not covered'])).toMatchObject({
      status: 'FAILED',
      reason: { code: 'no_funds', message: 'Not covered' },
    });
  });

  it.each(['', 'the card was declined', ': declined', `${'a'.repeat(65)}: long`])(
    'that begins with no code says the form: %j',
    async (text) => {
      expect(await run([...FAILED, '--reason', text], { key: setup.demo.initiator })).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringContaining('"card_declined: Limit reached"'),
      });
    },
  );
});
