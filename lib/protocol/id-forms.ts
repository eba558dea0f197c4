/** The forms of ids. None of them can contain `#`, which separates the parts of table keys. */

/** Id of a tenant. */
export const MERCHANT_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Id of a transaction, unique within its merchant. */
export const TRANSACTION_ID = /^[A-Za-z0-9_:-]{1,64}$/;
/** Id of a merchant's endpoint. */
export const ENDPOINT_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** The public part of an access key. */
export const KEY_ID = /^[A-Za-z0-9]{1,64}$/;
/** An access key: its id and its secret. */
export const ACCESS_KEY = /^tk_([A-Za-z0-9]{1,64})_([A-Za-z0-9]{1,256})$/;
/** A notification: its transaction, version and endpoint. No part can contain a dot. */
export const NOTIFICATION_ID = new RegExp(
  `^${TRANSACTION_ID.source.slice(1, -1)}\\.[12]\\.${ENDPOINT_ID.source.slice(1, -1)}$`,
);
/** The merchant's own order number: 1 to 64 printable ASCII characters, with no space at either end. */
export const REFERENCE = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** Whether a value is text that matches a form. */
export function matches(form: RegExp, value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}
