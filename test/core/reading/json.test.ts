import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonParts, refusalIn } from '../../../lib/core/reading/json.ts';
import { MAX_JSON_DEPTH } from '../../../lib/protocol/json/json-limits.ts';
import { CODE_POINT } from '../../support/code-points.ts';

describe('JSON from strangers', () => {
  it.each([
    ['', 'malformed_json', ''],
    ['{', 'malformed_json', ''],
    ['{"a":1,}', 'malformed_json', ''],
    ['\u{feff}\u{feff}{}', 'malformed_json', ''],
    ['{"a":{"__proto__":{}}}', 'forbidden_key', '/a/__proto__'],
    ['{"\\u005f_proto__":1}', 'forbidden_key', '/__proto__'],
    ['[{"constructor":1}]', 'forbidden_key', '/0/constructor'],
    ['{"a/b":{"~":{"prototype":1}}}', 'forbidden_key', '/a~1b/~0/prototype'],
    ['{"a":1,"a":1}', 'duplicate_key', '/a'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key', '/a'],
    ['{"x":[0,{"a/b":{},"c":1,"a/b":[]}]}', 'duplicate_key', '/x/1/a~1b'],
    ['{"":1,"":2}', 'duplicate_key', '/'],
    ['{"toString":1,"toString":2}', 'duplicate_key', '/toString'],
    ['{"1":1,"\\u0031":2}', 'duplicate_key', '/1'],
    ['{"a":{"b":1e400}}', 'inexact_number', '/a/b'],
  ])('%s is refused as %s at %s', (text, code, pointer) => {
    expect(parseJson(text)).toMatchObject({ ok: false, code, pointer });
  });

  it('may name a key as Object.prototype does, once, and begin with a byte order mark', () => {
    expect(parseJson('{"toString":1,"hasOwnProperty":2,"valueOf":3}')).toMatchObject({ ok: true });
    expect(parseJson('\u{feff} {"a":1}')).toEqual({ ok: true, value: { a: 1 } });
  });

  it.each([
    '1e-400',
    '5e-325',
    '-1e-400',
    '1e400',
    '-1e999999999999',
    '19.99999999999999999999e2',
    '1.00000000000000000001',
    '0.1000000000000000055511151231257827021181583404541015625',
    '9007199254740993',
    '18446744073709551616',
    '0.30000000000000004441',
    '123456789.123456789012',
  ])('keeps no number that is not exactly %s', (number) => {
    expect(parseJson(`[${number}]`)).toEqual({ ok: false, code: 'inexact_number', pointer: '/0' });
  });

  it.each<[string, number]>([
    ['0', 0],
    ['-0', -0],
    ['-0.0e5', -0],
    ['0e999999999', 0],
    ['1.0', 1],
    ['1e2', 100],
    ['1E+2', 100],
    ['1200e-2', 12],
    ['0.1', 0.1],
    ['0.10', 0.1],
    ['19.99', 19.99],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    [`1${'0'.repeat(20)}`, 1e20],
    [`0.${'0'.repeat(300)}1`, 1e-301],
  ])('keeps %s', (number, value) => {
    expect(parseJson(number)).toEqual({ ok: true, value });
  });

  it('keeps every number that JavaScript writes, and only what comes back as the same decimal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = JSON.stringify(number);
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
        // Eighteen digits more than a double has.
        if (number !== 0)
          expect(parseJson(number.toExponential(16).replace('e', '000000000000000001e')).ok).toBe(false);
      }),
    );
  });

  it('is read as JSON.parse reads it, where nothing is refused', () => {
    const text = fc
      .jsonValue({ maxDepth: 5, stringUnit: CODE_POINT })
      .map((value) => JSON.stringify(value, null, 1));
    fc.assert(
      fc.property(text, (json) => {
        const parsed = parseJson(json);
        if (parsed.ok) expect(JSON.stringify(parsed.value)).toBe(JSON.stringify(JSON.parse(json)));
        else expect(['forbidden_key', 'inexact_number']).toContain(parsed.code);
      }),
      { numRuns: 500 },
    );
  });

  it('has a limit of nesting, and deep nesting does not overflow the stack', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(MAX_JSON_DEPTH)).ok).toBe(true);
    expect(parseJson(nested(MAX_JSON_DEPTH + 1))).toMatchObject({ code: 'too_deep' });
    expect(parseJson(nested(30_000))).toMatchObject({ code: 'too_deep' });
    expect(parseJson(`[${'[{"a":"]}\\""},'.repeat(100)}1${']'.repeat(100)},2]`)).toMatchObject({
      code: 'too_deep',
    });
  });
});

describe('JSON in parts', () => {
  function read(text: string, items?: { readonly depth: number; readonly maxBytes: number }) {
    const parsed = parseJsonParts(text, items && { items });
    if (!parsed.ok) throw new Error(parsed.code);
    return parsed.value as readonly unknown[];
  }

  it('marks each bad part in place, and leaves its neighbours unchanged', () => {
    const deep = '['.repeat(40) + ']'.repeat(40);
    const items = read(`[{"a":1,"a":2},{"b":[1e-400]},${deep},{"c":{"constructor":1}},{"d":1}]`);
    expect(items.map((item) => refusalIn(item))).toMatchObject([
      { code: 'duplicate_key', pointer: '/a' },
      { code: 'inexact_number', pointer: '/b/0' },
      { code: 'too_deep', pointer: '/0'.repeat(32) },
      { code: 'forbidden_key', pointer: '/c/constructor' },
      undefined,
    ]);
    expect(items[4]).toEqual({ d: 1 });
  });

  it('lets a part nest as deep in its list as alone', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    for (const [depth, isRefused] of [
      [MAX_JSON_DEPTH, false],
      [MAX_JSON_DEPTH + 1, true],
    ] as const) {
      const [item] = (read(`[[${nested(depth)}]]`)[0] ?? []) as readonly unknown[];
      expect(refusalIn(item) !== undefined).toBe(isRefused);
      expect(parseJson(nested(depth)).ok).toBe(!isRefused);
    }
  });

  it('bounds each item in bytes, its white space included', () => {
    const items = read(`[["支"],[1  ],["aaa"]]`, { depth: 1, maxBytes: 6 });
    expect(items.map((item) => refusalIn(item)?.code)).toEqual([
      'body_too_large',
      undefined,
      'body_too_large',
    ]);
  });
});
