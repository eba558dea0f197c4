import { expect, it } from 'vitest';
import { withoutValues } from '../../../../lib/core/deliver/attempt/header-redaction.ts';

const answered = (body: string, rest: object = {}) => ({
  kind: 'response' as const,
  statusCode: 500,
  body,
  durationMs: 1,
  ...rest,
});

it.each([
  ['Bearer abcdefgh12', 'got Bearer abcdefgh12', 'got [redacted]'],
  ['Bearer abcdefgh12', 'bad token abcdefgh12!', 'bad token [redacted]!'],
  ['key=abcdefgh12;v=2', 'key abcdefgh12', 'key [redacted]'],
  ['a"b\\c-secret', '{"x":"a\\"b\\\\c-secret"}', '{"x":"[redacted]"}'],
  ['v1', 'v1 of it', 'v1 of it'],
])('the value %j is taken out of %j', (value, body, shown) => {
  expect(withoutValues(answered(body), { x: value })).toBe(shown);
});

it('a value that is cut off with the body leaves nothing behind', () => {
  const value = 'abcdefgh'.repeat(64);
  const body = `${value.repeat(31)}${value.slice(0, 500)}`;
  expect(withoutValues(answered(body, { bodyTruncated: true }), { x: value })).not.toContain('abcdefgh');
});

it('a body is kept as it is if there are no custom headers', () => {
  expect(withoutValues(answered('x', { bodyTruncated: true }))).toBe('x');
  expect(withoutValues({ kind: 'error', code: 'timeout', durationMs: 1 })).toBe('');
});
