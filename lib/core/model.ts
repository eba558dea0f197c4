import * as z from 'zod';
import { MAX_CALLBACK_URL_LENGTH } from './address.ts';
import { CURRENCIES } from './currency.ts';
import { hasUnsafeInteger } from './json.ts';
import { holdsPlainText, isPlainText, textSchema } from './text.ts';
import { isoTime, SECOND_MS } from './time.ts';
import { MAX_QUEUE_WAIT_MS } from './waiting.ts';

/**
 * The words of the house as types. Each schema is the only definition of its shape; its `error` texts are the
 * stable codes that reach the caller beside the pointer to the field.
 */

export const merchantIdSchema = z
  .string('invalid_id')
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'invalid_id')
  .brand<'MerchantId'>()
  .meta({ description: 'The tenant to which outcomes belong.', example: 'demo' });
export type MerchantId = z.infer<typeof merchantIdSchema>;

export const transactionIdSchema = z
  .string('invalid_id')
  .regex(/^[A-Za-z0-9_:-]{1,64}$/, 'invalid_id')
  .brand<'TransactionId'>()
  .meta({ description: 'Names the transaction within its merchant.', example: 'pay_1' });
export type TransactionId = z.infer<typeof transactionIdSchema>;

export const endpointIdSchema = z
  .string('invalid_id')
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'invalid_id')
  .brand<'EndpointId'>()
  .meta({ description: 'Names a callback URL of the merchant.', example: 'ep_4fzQ0Yw2' });
export type EndpointId = z.infer<typeof endpointIdSchema>;

/** Stands for a transaction's own `notifyUrl` wherever an endpoint id stands. */
export const NOTIFY_URL_ENDPOINT = endpointIdSchema.parse('notify-url');

export const keyIdSchema = z
  .string('invalid_id')
  .regex(/^[A-Za-z0-9]{1,64}$/, 'invalid_id')
  .meta({ description: 'The public part of a key.' });

/** Within the years that ISO text shows with four digits, so that times sort as text. */
function isOrdinaryTime(ms: number): boolean {
  return ms >= 0 && ms < Date.UTC(10_000, 0);
}

/** An instant with its offset (RFC 3339); kept in UTC with milliseconds. */
export const timeSchema = z.iso
  .datetime({ offset: true, error: 'invalid_date', abort: true })
  .refine((text) => isOrdinaryTime(Date.parse(text)), 'invalid_date')
  .transform((text) => isoTime(Date.parse(text)))
  .meta({ description: 'An instant, RFC 3339 with its offset.', example: '2026-11-20T08:00:00Z' });

export const TERMINAL_STATUSES = ['SUCCEEDED', 'FAILED', 'CLOSED'] as const;
export const terminalStatusSchema = z.enum(TERMINAL_STATUSES, 'invalid_status');
const statusSchema = z
  .enum(['PENDING', ...TERMINAL_STATUSES], 'invalid_status')
  .meta({ description: 'PENDING at most once, then one terminal status.' });
type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

const amountSchema = z
  .number('invalid_amount')
  .int('invalid_amount')
  .nonnegative('invalid_amount')
  .max(Number.MAX_SAFE_INTEGER, 'invalid_amount')
  .refine((amount) => !Object.is(amount, -0), 'invalid_amount')
  .meta({ description: "In the currency's minor unit; the direction follows from the type.", example: 1999 });

const currencySchema = z
  .string('unknown_currency')
  .refine((code) => CURRENCIES.has(code), 'unknown_currency')
  .meta({ description: 'ISO 4217.', example: 'CNY' });

export const transactionTypeSchema = z
  .string('invalid_type_name')
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'invalid_type_name')
  .meta({ description: 'What kind of business operation it was.', example: 'payment' });

export const referenceSchema = z
  .string('invalid_reference')
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/, 'invalid_reference')
  .meta({ description: "The merchant's own order number: 1 to 64 printable ASCII.", example: 'ORDER-1' });

const reasonSchema = z
  .strictObject({
    code: z.string('invalid_value').regex(/^[A-Za-z0-9_.-]{1,64}$/, 'invalid_value'),
    message: textSchema(512),
  })
  .meta({ description: 'Why it ended so.' });

/** Bytes of a transaction's `metadata` as JSON. */
const MAX_METADATA_BYTES = 16 * 1024;
const metadataSchema = z
  .record(z.string(), z.unknown(), 'invalid_value')
  .refine((value) => !hasUnsafeInteger(value), 'inexact_number')
  .refine(holdsPlainText, 'invalid_text')
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES, 'too_long')
  .meta({ description: 'Further data for the receiver; at most 16 KiB.' });

export const urlSchema = z
  .string('invalid_url')
  .max(MAX_CALLBACK_URL_LENGTH, 'url_too_long')
  .refine(isPlainText, 'invalid_url')
  .meta({ description: 'Where callbacks go.', example: 'https://shop.example/tidings' });

/** Seconds that an initiator has before it is asked, unless it says otherwise; a queue's longest delay bounds them. */
const DEFAULT_CHECK_AFTER_SECONDS = 60;
const MAX_CHECK_AFTER_SECONDS = MAX_QUEUE_WAIT_MS / SECOND_MS;

const checkBackSchema = z
  .strictObject({
    url: urlSchema,
    afterSeconds: z
      .int('invalid_value')
      .min(1, 'invalid_value')
      .max(MAX_CHECK_AFTER_SECONDS, 'invalid_value')
      .default(DEFAULT_CHECK_AFTER_SECONDS)
      .meta({ description: 'Seconds after which the initiator is asked how it ended, 1 to 900.' }),
    onUnknown: z.enum(['ask', 'FAILED'], 'invalid_value').default('ask').meta({
      description: 'What it means when the initiator does not know the transaction: ask again, or FAILED.',
    }),
  })
  .meta({
    description: 'For a PENDING only: where to ask how the transaction ended, if its end is not recorded.',
  });

/** What the initiator states; everything else about an outcome is stamped by the service. */
export const outcomeContentSchema = z.strictObject({
  transactionType: transactionTypeSchema,
  status: statusSchema,
  amount: amountSchema,
  currency: currencySchema,
  occurredAt: timeSchema,
  reference: referenceSchema.exactOptional(),
  reason: reasonSchema.exactOptional(),
  relatedTransactionId: transactionIdSchema.exactOptional(),
  metadata: metadataSchema.exactOptional(),
  notifyUrl: urlSchema.exactOptional(),
  checkBack: checkBackSchema.exactOptional(),
});
export type OutcomeContent = z.infer<typeof outcomeContentSchema>;

export const versionSchema = z
  .union([z.literal(1), z.literal(2)], 'invalid_value')
  .meta({ description: '1, or 2 for what follows a PENDING.' });
export type Version = z.infer<typeof versionSchema>;

/**
 * One recorded statement about a transaction. Immutable once it is terminal. Text is read back as it was stored: the
 * rules for requests may be stricter by now.
 */
export const outcomeSchema = z.object({
  ...outcomeContentSchema.shape,
  reason: z.object({ code: z.string(), message: z.string() }).exactOptional(),
  metadata: z.record(z.string(), z.unknown()).exactOptional(),
  notifyUrl: z.string().exactOptional(),
  checkBack: z.object({ ...checkBackSchema.shape, url: z.string() }).exactOptional(),
  merchantId: merchantIdSchema,
  transactionId: transactionIdSchema,
  version: versionSchema,
  recordedAt: z.iso.datetime(),
  /** When it entered the feed; absent of PENDING, which is not listed. */
  listedAt: z.iso.datetime().exactOptional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export type TerminalOutcome = Outcome & { readonly status: TerminalStatus; readonly listedAt: string };

export function isTerminal(outcome: Outcome): outcome is TerminalOutcome {
  return outcome.status !== 'PENDING' && outcome.listedAt !== undefined;
}

export interface TransactionKey {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
}

/** The `type` of a callback and of an endpoint's filter: `payment.succeeded`. */
export function eventTypeOf(of: { readonly transactionType: string; readonly status: string }): string {
  return `${of.transactionType}.${of.status.toLowerCase()}`;
}
