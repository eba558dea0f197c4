/**
 * Text that is stored and passed on. One rule for all of it: the characters that UTF-8, DynamoDB, SQS, CSV and XML 1.0
 * can carry. So no half of a surrogate pair, no NUL and no other control character but tab and line breaks. U+FFFD is
 * refused as well: a decoder has put it in place of bytes that it could not read, and an outcome would keep it for good.
 */
const REFUSED = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffc}\u{10000}-\u{10ffff}]/u;

export function isPlainText(text: string): boolean {
  return !REFUSED.test(text);
}

/** Whether all text in a JSON value is plain, its keys included. The value's depth must be bounded. */
export function holdsPlainText(value: unknown): boolean {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isPlainText(key) && holdsPlainText(inner));
}
