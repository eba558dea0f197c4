import { describe, expect, it } from 'vitest';
import type { Command, Conflict } from '../../../lib/cli/command-line/command.ts';
import { COMMON_CONFLICTS } from '../../../lib/cli/command-line/conflicts.ts';
import { CommandFailure } from '../../../lib/cli/command-line/exit-status.ts';
import { COMMON_OPTIONS, readCommandLine } from '../../../lib/cli/command-line/program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import { useCommands } from '../world-commands.ts';

const tree = commandTree('1.2.3');

function failureOf(argv: readonly string[]): CommandFailure | undefined {
  try {
    readCommandLine(tree, argv);
    return undefined;
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
}

const withoutDashes = (name: string) => name.replace(/^--/, '');
const isOption = (name: string) => name.startsWith('--');

/** A command line that gives these options and arguments, and what the command needs. */
function lineOf(command: Command, names: readonly string[], values: readonly string[] = []): string[] {
  const words = (command.arguments ?? []).flatMap((argument) => {
    if (!names.includes(argument.name) && argument.isOptional === true) return [];
    return [(names.includes(argument.name) ? values[0] : argument.choices?.[0]) ?? 'x'];
  });
  const options = names.filter(isOption).flatMap((name) => {
    const found = [...(command.options ?? []), ...COMMON_OPTIONS].find(
      (option) => option.name === withoutDashes(name),
    );
    const value = values.find((one) => found?.choices?.includes(one)) ?? found?.choices?.[0] ?? 'x';
    return found?.value === undefined ? [name] : [name, value];
  });
  return [...command.words, ...words, ...options];
}

const CONFLICTS = tree.commands.flatMap((command) =>
  [...(command.conflicts ?? []), ...COMMON_CONFLICTS].map(
    (conflict) => [`${command.words.join(' ')}: ${conflict.ignored.join()}`, command, conflict] as const,
  ),
);

/** What a conflict is about, each name a way of its own. */
const namesOf = ({ ignored, with: other, without = [] }: Conflict) => [
  ...ignored,
  ...without,
  ...(other === undefined ? [] : [other]),
];

describe('every conflict of every command', () => {
  it.each(CONFLICTS)('is about what the command takes: %s', (_, command, conflict) => {
    const taken = [
      ...(command.arguments ?? []).map(({ name }) => name),
      ...[...(command.options ?? []), ...COMMON_OPTIONS].map(({ name }) => `--${name}`),
    ];
    expect(namesOf(conflict).filter((name) => !taken.includes(name))).toEqual([]);
  });

  it.each(CONFLICTS)('is refused, and says what has no effect: %s', (_, command, conflict) => {
    const other = conflict.with === undefined ? [] : [conflict.with];
    for (const name of conflict.ignored) {
      const failure = failureOf(lineOf(command, [name, ...other], conflict.values));
      expect(failure).toMatchObject({ status: 2, code: 'usage' });
      expect(failure?.message).toContain(`${isOption(name) ? name : `<${name}>`} has no effect with`);
    }
  });
});

describe('what would be ignored', () => {
  it.each([
    [['get', 'pay_1', '--reference', 'ORDER-7'], '--reference has no effect with <transaction>.'],
    [
      ['record', '-', '--currency', 'EUR', '--status', 'FAILED'],
      '--status and --currency have no effect with -.',
    ],
    [['record', '-', '--type', 'payment'], '--type has no effect with -.'],
    [
      ['replay', '--from', '6h', '--include', 'all', '--state', 'blocked'],
      '--state has no effect with --include all.',
    ],
    [
      ['keys', 'list', '--merchant', 'shop', '--all-merchants'],
      '--merchant has no effect with --all-merchants.',
    ],
    [['--profile', 'live', 'status', '--data-dir', 'x'], '--data-dir has no effect with --profile.'],
    [['trigger', 'payment.failed', '--wait', '1s'], '--wait has no effect without --observe.'],
  ])('is named: %j', (argv, message) => {
    expect(failureOf(argv)?.message).toBe(message);
  });

  it.each([
    [['record', 'pay_1', '--status', 'FAILED', '--type', 'refund']],
    [['record', '-', '--merchant', 'shop']],
    [['replay', '--from', '6h', '--include', 'undelivered', '--state', 'blocked']],
    [['replay', '--from', '6h', '--include', 'all']],
    [['trigger', 'payment.failed', '--transaction', 'pay_1', '--amount', '5', '--forge']],
  ])('is not what counts: %j', (argv) => {
    expect(failureOf(argv)).toBeUndefined();
  });
});

describe('another merchant than that of the key', () => {
  const setup = useCommands();

  it.each(['status', 'audit-log', 'export', 'deliveries'])('is refused by %s', async (command) => {
    const words = [command, '--merchant', 'other'];
    expect(await setup.run(words, { key: setup.demo.manager })).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('This key belongs to merchant demo, not to other.'),
    });
  });
});
