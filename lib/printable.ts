/**
 * Makes text from others safe to print. A name, a reference or a receiver's answer may hold characters that move the
 * cursor, colour the terminal or reverse the reading order. A line could then show something that nobody wrote.
 */

/**
 * Controls (C0, C1 and DEL), invisible format characters (bidirectional marks and isolates, zero-width characters,
 * byte-order marks, tags), the two Unicode line ends, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Returns one line. Invisible characters are escaped as in JSON, so one line of JSON keeps its meaning.
 *
 * @example printable('a\u202eb') === 'a\\u202eb'
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The same for text with our own line feeds, which are kept. Text from others must already be one line. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
