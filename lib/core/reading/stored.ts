import * as z from 'zod';
import type { Version } from '../model.ts';
import { isoTime } from '../time.ts';
import { onFirstUse } from './on-first-use.ts';

/**
 * Tolerant schemas for reading stored rows and messages in flight. Requests must meet today's rules. A row was accepted
 * once, by this version, an older or a newer one, and stays readable for ever. So these schemas check only what the
 * service needs to build keys, compare times and write the lines of a statement. Values that it only passes on, such as a
 * currency or a state that this version does not know, are kept. Unknown attributes are left out.
 */

/** Printable characters only. All sort after the `#` that separates the parts of a key. */
const id = () => z.string().regex(/^[$-~]{1,256}$/);
export const storedMerchantId = onFirstUse(() => id().brand<'MerchantId'>());
export const storedTransactionId = onFirstUse(() => id().brand<'TransactionId'>());
/** Begins with a character that no other stored id has, so an older version does not take an alert for a transaction. */
export const storedAlertId = onFirstUse(() => z.string().regex(/^![!$-~]{1,254}$/));
export const storedEndpointId = onFirstUse(() => id().brand<'EndpointId'>());
export const storedId = onFirstUse(() => id());

/** A version must fit into the four digits that a key has for it. */
export const storedVersion = onFirstUse(() => z.int().min(1).max(9_999) as unknown as z.ZodType<Version>);

/** A word from a list that a newer version may extend: types, statuses, currencies, states. It never needs quotes. */
export function storedWord<Known extends string = string>(): z.ZodType<Known> {
  return z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/) as unknown as z.ZodType<Known>;
}

/** An instant that the service stamped, in UTC. */
export const storedTime = onFirstUse(() => z.iso.datetime());

/** An instant from outside, with any offset; converted to UTC. */
export const storedForeignTime = onFirstUse(() =>
  z.iso.datetime({ offset: true }).transform((text) => isoTime(Date.parse(text))),
);

/** Single-line text without control characters. */
export const storedLine = onFirstUse(() => z.string().regex(/^[^\p{Cc}]{1,1024}$/u));
