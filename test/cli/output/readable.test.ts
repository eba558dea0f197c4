import { expect, it } from 'vitest';
import { linesOfValue } from '../../../lib/cli/output/readable.ts';

it.each<[string, unknown, readonly string[]]>([
  ['a text or a number as it is', 'a', ['a']],
  ['a switch as it is', true, ['true']],
  ['a list on one line', ['a', 'b'], ['a, b']],
  ['nothing in words', [], ['none']],
  ['an empty object in words', {}, ['none']],
  ['null in words', null, ['none']],
  ['an object by its fields', { state: 'waiting', attempts: [] }, ['state: waiting, attempts: none']],
  [
    'what is nested in parentheses',
    { question: { by: 'me', at: 1 }, tags: ['a', 'b'], one: ['c'] },
    ['question: (by: me, at: 1), tags: (a, b), one: c'],
  ],
  ['each object of a list on a line of its own', [{ number: 1 }, { number: 2 }], ['number: 1', 'number: 2']],
])('shows %s', (_, value, lines) => {
  expect(linesOfValue(value)).toEqual(lines);
});
