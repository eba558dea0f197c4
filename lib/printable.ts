/**
 * Text of others, made safe to look at. A name, a reference or a receiver's answer may hold characters that move the
 * cursor, colour the terminal or turn the order of what is read around, and so make a line say what nobody wrote.
 */

/**
 * Controls (C0, C1 and DEL), everything that is invisible and only formats (bidirectional marks and isolates,
 * zero-width characters, byte-order marks, tags), the two Unicode ends of lines, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * One line, in which what cannot be seen is written as JSON would escape it. JSON on one line stays JSON that says
 * the same.
 *
 * @example printable('a\u202eb') === 'a\\u202eb'
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The same of text with line feeds of our own, which stay: what is in it of others must be a line already. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
