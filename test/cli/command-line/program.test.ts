import { describe, expect, it } from 'vitest';
import { CommandFailure } from '../../../lib/cli/command-line/exit-status.ts';
import { type CommandTree, readCommandLine } from '../../../lib/cli/command-line/program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';

const tree = commandTree('1.2.3');

function wordsOf(line: string): readonly string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

/** The words after `tidings` in an example, without variables before it and shell after it. */
function argumentsOf(example: string): readonly string[] {
  const [, line = ''] = /(?:^|[\s("])tidings ((?:[^|>)"]|"[^"]*")*)/.exec(example) ?? [];
  return wordsOf(line.trim());
}

function failureOf(argv: readonly string[], of: CommandTree = tree): CommandFailure {
  try {
    readCommandLine(of, argv);
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('every command', () => {
  it.each(tree.commands.map((command) => [command.words.join(' '), command] as const))(
    '%s has a summary of one line, and options that are named once',
    (_, { summary, options = [] }) => {
      expect(summary.length).toBeLessThan(80);
      expect(new Set(options.map(({ name }) => name)).size).toBe(options.length);
    },
  );

  it.each(tree.commands.flatMap((command) => command.examples.map(({ line }) => [line, command] as const)))(
    'is what its example says: %s',
    (line, command) => {
      const request = readCommandLine(tree, argumentsOf(line));
      expect(request).toMatchObject({ kind: 'command', command: { words: command.words } });
    },
  );

  it('shows help that fits 80 columns', () => {
    for (const { words } of tree.commands) {
      const request = readCommandLine(tree, [...words, '--help']);
      expect(request.kind).toBe('text');
      const text = request.kind === 'text' ? request.text : '';
      const [usage = ''] = text.split('\n');
      expect(usage).toContain(`tidings ${words.join(' ')}`);
      // An example is a line to copy, so it is not wrapped.
      const [wrapped = ''] = text.split('\nExamples:');
      for (const each of wrapped.split('\n')) expect(each.length).toBeLessThanOrEqual(80);
    }
  });
});

describe('a wrong command line', () => {
  it.each([
    [['merchnts', 'list'], 'merchants'],
    [['merchants', 'lst'], 'list'],
    [['whoami', '--jsno'], '--json'],
    [['record', 'pay_1', '--status', 'SUCEEDED'], 'record --help'],
  ])('suggests what was meant by %j', (argv, meant) => {
    const failure = failureOf(argv);
    expect(failure).toMatchObject({ status: 2, code: 'usage' });
    expect(failure.hint).toContain(meant);
  });

  it.each([
    [['help', 'nope'], "Unknown command 'nope'.", 'tidings --help'],
    [['help', 'endpoint'], "Unknown command 'endpoint'.", 'Did you mean endpoints?'],
    [['help', 'endpoints', 'nope'], "Unknown command 'nope'.", 'tidings endpoints --help'],
    [['help', '--json', 'nope'], "Unknown command 'nope'.", 'tidings --help'],
    [['nope', '--help'], "Unknown command 'nope'.", 'tidings --help'],
    [['endpoints', 'nope', '--help'], "Unknown command 'nope'.", 'tidings endpoints --help'],
  ])('says that there is no such command to get help of: %j', (argv, message, hint) => {
    expect(failureOf(argv)).toMatchObject({ status: 2, message, hint: expect.stringContaining(hint) });
  });

  it.each([
    [['endpoints', 'create'], 'tidings endpoints create --help'],
    [['tail', '--state', 'x'], 'tidings tail --help'],
  ])('says whose help shows more about %j', (argv, help) => {
    expect(failureOf(argv).hint).toContain(help);
  });

  it.each([
    [['merchants', 'create']],
    [['merchants', 'list', 'surplus']],
    [['merchants', 'list', '--limit']],
    [['merchants']],
    [['--json']],
    [['--api']],
    [[]],
  ])('is refused with status 2: %j', (argv) => {
    expect(failureOf(argv).status).toBe(2);
  });
});

it('reads options and arguments into what the command gets', () => {
  const request = readCommandLine(tree, [
    'merchants',
    'create',
    'shop-7',
    '--time-zone',
    'UTC',
    '--no-color',
  ]);
  expect(request).toMatchObject({
    kind: 'command',
    typed: {
      arguments: { id: 'shop-7' },
      options: { 'time-zone': 'UTC', 'no-color': true, json: undefined },
    },
  });
});

it.each([
  [['--profile', 'live', 'endpoints', 'list', '--json'], { profile: 'live', json: true }],
  [['--json', '--api=https://api.example', 'endpoints', 'list'], { api: 'https://api.example', json: true }],
])('takes options of every command before it, too: %j', (argv, options) => {
  expect(readCommandLine(tree, argv)).toMatchObject({
    command: { words: ['endpoints', 'list'] },
    typed: { options },
  });
});

it('has an overview that fits 80 columns', () => {
  const request = readCommandLine(tree, ['--help']);
  const lines = request.kind === 'text' ? request.text.split('\n') : [];
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

it('shows its version', () => {
  expect(readCommandLine(tree, ['--version'])).toEqual({ kind: 'text', text: '1.2.3\n' });
});

it.each([
  [['help', 'endpoints', 'create'], 'Usage: tidings endpoints create'],
  [['help', 'endpoints'], 'Usage: tidings endpoints <command>'],
  [['help', 'tail'], 'Usage: tidings tail'],
  [['help', 'get', 'pay_1'], 'Usage: tidings get'],
  [['endpoints', '--help'], 'Usage: tidings endpoints <command>'],
  [['help'], 'Usage: tidings <command>'],
])('%j is the help of these words', (argv, usage) => {
  expect(readCommandLine(tree, argv)).toEqual({ kind: 'text', text: expect.stringContaining(usage) });
});
