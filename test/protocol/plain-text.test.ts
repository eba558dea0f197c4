import { describe, expect, it } from 'vitest';
import { holdsPlainText, isPlainText } from '../../lib/protocol/plain-text.ts';

describe('text that every store and format can carry', () => {
  it.each([
    '',
    'a',
    '\t\r\n',
    '\u0020',
    '\u007e',
    '\u00a0',
    '\ud7ff',
    '\ue000',
    '\ufffc',
    '支付',
    '\u{1f600}',
    '\u{10ffff}',
  ])('is %j', (text) => expect(isPlainText(text)).toBe(true));

  it.each([
    '\0',
    '\b',
    '\u001f',
    '\u007f',
    '\u0085',
    '\u009f',
    '\ud800',
    'a\udc00',
    '\ufffd',
    '\ufffe',
    '\uffff',
  ])('is not %j', (text) => {
    expect(isPlainText(text)).toBe(false);
    expect(holdsPlainText({ a: ['b', text] })).toBe(false);
    expect(holdsPlainText([{ [text]: 1 }])).toBe(false);
  });
});
