import { describe, expect, it } from 'vitest';
import { payment } from '../../support/world.ts';
import { useCommands } from '../world-commands.ts';

const line = (transactionId: string | undefined, changes: object = {}) =>
  `${JSON.stringify({ ...(transactionId !== undefined && { transactionId }), ...payment(changes) })}\n`;
const lines = (count: number) => Array.from({ length: count }, (_, at) => line(`pay_${at}`)).join('');

describe('lines of outcomes', () => {
  const setup = useCommands();
  const record = (input: string, ...more: readonly string[]) =>
    setup.run(['record', '-', ...more], { key: setup.demo.initiator, input });

  it('that are refused are named by their number, and by their id where they have one', async () => {
    const { status, stdout } = await record(
      `${line('pay_1')}\n${line(undefined)}${line('pay_3', { currency: 'XXQ', amount: -1 })}`,
    );
    expect([status, stdout]).toEqual([
      1,
      [
        '✗ line 3  /transactionId: missing_field',
        '✗ line 4 pay_3  /amount: invalid_amount, /currency: unknown_currency',
        'recorded 1, refused 2',
        '',
      ].join('\n'),
    ]);
  });

  it('have results with their number for programs, also where the service names no id', async () => {
    const big = line('pay_3', { metadata: { text: 'x'.repeat(17_000) } });
    const { stdout } = await record(`${line('pay_1')}${line(undefined)}${big}`, '--json');
    const results = stdout.trimEnd().split('\n');
    expect(results.map((result) => JSON.parse(result))).toMatchObject([
      { line: 1, transactionId: 'pay_1', result: 'created' },
      { line: 2, code: 'missing_field' },
      { line: 3, transactionId: 'pay_3', code: expect.any(String) },
    ]);
  });

  it('before a broken one are counted', async () => {
    const { status, stdout, stderr } = await record(`${lines(120)}broken\n${lines(30)}`);
    expect([status, stdout]).toEqual([2, 'recorded 100, refused 0\n']);
    expect(stderr).toContain('Line 121 is no JSON object. The first 100 outcomes have their results.');
  });

  it.each(['', '\n \n'])('that are none are wrong usage: %j', async (input) => {
    expect(await record(input)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('No outcome was given.'),
    });
  });
});
