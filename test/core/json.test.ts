import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, MAX_JSON_DEPTH, parseJson } from '../../lib/core/json.ts';

describe('JSON from strangers', () => {
  it.each([
    ['', 'malformed_json', ''],
    ['{', 'malformed_json', ''],
    ['{"a":{"__proto__":{}}}', 'forbidden_key', '/a/__proto__'],
    ['[{"constructor":1}]', 'forbidden_key', '/0/constructor'],
    ['{"a/b":{"~":{"prototype":1}}}', 'forbidden_key', '/a~1b/~0/prototype'],
  ])('%s is refused as %s at %s', (text, code, pointer) => {
    expect(parseJson(text)).toEqual({ ok: false, code, pointer });
  });

  it('may nest so deep and no deeper, and depth does not overflow the stack', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(MAX_JSON_DEPTH)).ok).toBe(true);
    expect(parseJson(nested(MAX_JSON_DEPTH + 1))).toMatchObject({ code: 'too_deep' });
    expect(parseJson(nested(30_000))).toMatchObject({ ok: false });
  });

  it('has the same canonical text in whatever order its keys stand', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    );
  });
});
