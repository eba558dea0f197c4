import { expect, it } from 'vitest';
import { CommandFailure } from '../../../lib/cli/command-line/exit-status.ts';
import { createOutput, type ListView } from '../../../lib/cli/output/output.ts';
import { cutTo, padTo, widthOf } from '../../../lib/cli/output/width.ts';

interface Row {
  readonly id: string;
  readonly count?: number;
}

const view: ListView<Row> = {
  columns: [
    { title: 'id', of: ({ id }) => id, atMost: 8 },
    { title: 'count', of: ({ count }) => count, isNumber: true },
  ],
  empty: 'Nothing here.',
};

function screen(
  options: { readonly isJson?: boolean; readonly isQuiet?: boolean; readonly hasColour?: boolean } = {},
) {
  const { isJson = false, isQuiet = false, hasColour = false } = options;
  const [out, err] = [[] as string[], [] as string[]];
  async function* nothing() {}
  const terminal = {
    stdin: nothing(),
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    hasColour,
  };
  return {
    output: createOutput({ terminal, isJson, isQuiet }),
    stdout: () => out.join(''),
    stderr: () => err.join(''),
  };
}

async function* pages(...all: readonly (readonly Row[])[]) {
  yield* all;
}

it('aligns a table by what a terminal shows, and keeps the widths for later pages', async () => {
  const { output, stdout } = screen();
  const count = await output.list(
    pages([{ id: '订单', count: 7 }, { id: 'a' }], [{ id: 'b', count: 10 }]),
    view,
  );
  expect(count).toBe(3);
  expect(stdout()).toBe('id    count\n订单      7\na         –\nb        10\n');
});

it('shows what others wrote on one line, without control characters', async () => {
  const { output, stdout } = screen();
  await output.list(pages([{ id: '\u001b[31ma\nb' }]), view);
  expect(stdout()).toContain('\\u001b[…');
  expect(stdout().split('\n')).toHaveLength(3);
});

it('shows remarks without control characters', async () => {
  const { output, stderr } = screen();
  output.note('the receiver said \u001b]0;x\u0007');
  await output.list(pages([]), { ...view, empty: 'No \u001b[2Jorder.' });
  expect(stderr()).toBe('the receiver said \\u001b]0;x\\u0007\nNo \\u001b[2Jorder.\n');
});

it('writes a line of JSON for each element, and nothing else', async () => {
  const { output, stdout, stderr } = screen({ isJson: true, hasColour: true });
  await output.list(pages([{ id: 'a\u202e', count: 1 }], [{ id: 'b' }]), view);
  output.note('a remark');
  output.line('for people');
  expect(
    stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ id: 'a\u202e', count: 1 }, { id: 'b' }]);
  expect(stdout()).not.toContain('\u202e');
  expect(stderr()).toBe('');
});

it('says on stderr what would fill an empty list', async () => {
  const { output, stdout, stderr } = screen();
  await output.list(pages([]), view);
  expect([stdout(), stderr()]).toEqual(['', 'Nothing here.\n']);
});

it('fails in a form for programs, or in sentences', () => {
  const failure = new CommandFailure(4, 'invalid_key', 'Wrong.', { hint: 'Check it.' });
  const [json, plain] = [screen({ isJson: true }), screen()];
  json.output.fail(failure);
  plain.output.fail(failure);
  expect(JSON.parse(json.stderr())).toEqual({
    error: { code: 'invalid_key', message: 'Wrong.', hint: 'Check it.', status: 4 },
  });
  expect(plain.stderr()).toBe('Wrong. (invalid_key)\nCheck it.\n');
});

it.each([
  ['a refusal that names its code already', new CommandFailure(4, 'key_refused', 'No (key_refused): wrong.')],
  ['what is no refusal of the service', new CommandFailure(2, 'usage', '--from is missing.')],
])('names no code for people after %s', (_, failure) => {
  const { output, stderr } = screen();
  output.fail(failure);
  expect(stderr()).toBe(`${failure.message}\n`);
});

it('leaves out fields without a value, also inside others, for people as for programs', () => {
  const item = { state: 'done', cancelledLongAgo: undefined, failure: { at: 'now', by: undefined } };
  const [json, plain] = [screen({ isJson: true }), screen()];
  json.output.item(item);
  plain.output.item(item);
  expect(JSON.parse(json.stdout())).toEqual({ state: 'done', failure: { at: 'now' } });
  expect(plain.stdout()).toBe('state    done\nfailure  at: now\n');
});

it('colours a state only where colours are wanted', () => {
  const [plain, coloured] = [screen(), screen({ hasColour: true })];
  for (const { output } of [plain, coloured]) output.item({ state: 'exhausted' });
  expect(plain.stdout()).toBe('state  exhausted\n');
  expect(coloured.stdout()).toContain('\u001b[31mexhausted');
});

it('measures wide and combining characters as terminals do', () => {
  expect(['ab', '订单', 'e\u0301', '🙂'].map(widthOf)).toEqual([2, 4, 1, 2]);
  expect(padTo('订', 4)).toBe('订  ');
  expect([cutTo('abcdef', 4), cutTo('订单号', 4), cutTo('ab', 4)]).toEqual(['abc…', '订…', 'ab']);
});
