import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../lib/local/event-sources/pattern.ts';
import type { JsonObject } from '../../../lib/local/template/json-object.ts';

describe('a pattern', () => {
  const event = { a: 'text', n: 5, list: ['x', 'y'], deep: { N: '12', gone: null, flag: true } };
  it.each<[JsonObject, boolean]>([
    [{ a: ['text'] }, true],
    [{ a: ['other', 'text'] }, true],
    [{ a: ['other'] }, false],
    [{ a: ['text'], n: [6] }, false],
    [{ list: ['y'] }, true],
    [{ list: ['z'] }, false],
    [{ a: [{ prefix: 'te' }] }, true],
    [{ a: [{ prefix: 'xt' }] }, false],
    [{ a: [{ suffix: 'xt' }] }, true],
    [{ a: [{ 'equals-ignore-case': 'TEXT' }] }, true],
    [{ a: [{ exists: true }] }, true],
    [{ b: [{ exists: true }] }, false],
    [{ b: [{ exists: false }] }, true],
    [{ deep: { gone: [{ exists: true }] } }, true],
    [{ deep: [{ exists: true }] }, false],
    [{ a: [{ 'anything-but': 'text' }] }, false],
    [{ a: [{ 'anything-but': ['other'] }] }, true],
    [{ a: [{ 'anything-but': { prefix: 'te' } }] }, false],
    [{ b: [{ 'anything-but': 'text' }] }, false],
    [{ n: [{ numeric: ['>', 4, '<=', 5] }] }, true],
    [{ n: [{ numeric: ['<', 5] }] }, false],
    [{ deep: { N: [{ numeric: ['=', 12] }] } }, true],
    [{ a: [{ numeric: ['>', 0] }] }, false],
    [{ deep: { gone: [null], flag: [true] } }, true],
    [{ $or: [{ a: ['no'] }, { n: [5] }] }, true],
    [{ $or: [{ a: ['no'] }, { n: [6] }] }, false],
    [{ a: { b: ['text'] } }, false],
  ])('%j: %s', (pattern, expected) => {
    expect(compilePattern(pattern, 'Test')(event)).toBe(expected);
  });
});
