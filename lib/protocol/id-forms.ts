/** The forms of ids. None of them can hold a `#`, which separates the parts of a table's keys. */

/** Names a tenant. */
export const MERCHANT_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Names a transaction within its merchant. */
export const TRANSACTION_ID = /^[A-Za-z0-9_:-]{1,64}$/;
/** Names a callback URL of a merchant. */
export const ENDPOINT_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** The public part of an access key. */
export const KEY_ID = /^[A-Za-z0-9]{1,64}$/;
/** The merchant's own order number: 1 to 64 printable ASCII characters, with no space at either end. */
export const REFERENCE = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** Whether a value is text of a form. */
export function matches(form: RegExp, value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}
