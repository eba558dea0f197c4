import * as z from 'zod';
import type { Version } from './model.ts';
import { isoTime } from './time.ts';

/**
 * What stored rows and messages on their way are made of, read back. Requests are held to the rules of today; a row was
 * accepted once, by this version, an older or a newer one, and stays readable for ever. So these schemas ask only for what
 * the service itself works with: that keys can be built, times compared, and lines of a statement written. What is only carried,
 * such as a currency or a state that this version does not know, is passed on, and attributes that it does not know are left out.
 */

/** Printable, and all of it sorts behind the `#` between the parts of a key. */
const id = () => z.string().regex(/^[$-~]{1,256}$/);
export const storedMerchantId = id().brand<'MerchantId'>();
export const storedTransactionId = id().brand<'TransactionId'>();
export const storedEndpointId = id().brand<'EndpointId'>();
export const storedId = id();

/** As a key has it, with four digits. */
export const storedVersion = z.int().min(1).max(9_999) as unknown as z.ZodType<Version>;

/** A word of a list that may have grown since: types, statuses, currencies, states. It needs no quotes anywhere. */
export function storedWord<Known extends string = string>(): z.ZodType<Known> {
  return z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/) as unknown as z.ZodType<Known>;
}

/** An instant of the service's own, in UTC. */
export const storedTime = z.iso.datetime();

/** An instant of somebody else's, shown in UTC whatever offset it has. */
export const storedForeignTime = z.iso
  .datetime({ offset: true })
  .transform((text) => isoTime(Date.parse(text)));

/** Text in one line. */
export const storedLine = z.string().regex(/^[^\p{Cc}]{1,1024}$/u);
