import * as z from 'zod';
import { MAX_CALLBACK_URL_LENGTH } from '../protocol/content/callback-url.ts';
import {
  isAmount,
  isCurrency,
  isFreeTransactionType,
  isShortMetadata,
  MAX_REASON_LENGTH,
  METADATA_SENTENCE,
  REASON_CODE,
  TERMINAL_STATUSES,
  type TerminalStatus,
  TRANSACTION_TYPE,
} from '../protocol/content/content-rules.ts';
import { OUTCOME_STATUSES } from '../protocol/contract-words.ts';
import { ENDPOINT_ID, KEY_ID, MERCHANT_ID, REFERENCE, TRANSACTION_ID } from '../protocol/id-forms.ts';
import { isOutcomeTime } from '../protocol/instants.ts';
import { holdsInexactNumber } from '../protocol/json/json-limits.ts';
import { holdsPlainText, isPlainText } from '../protocol/plain-text.ts';
import { onFirstUse, type Parsed } from './reading/on-first-use.ts';
import { textSchema } from './reading/text.ts';
import { MAX_QUEUE_WAIT_MS } from './runtime/waiting.ts';
import { isoTime, SECOND_MS } from './time.ts';

/**
 * The domain model as types. Each schema is the only definition of its shape. Its `error` texts are the stable codes
 * that the caller gets together with the pointer to the field.
 */

export const merchantIdSchema = onFirstUse(() =>
  z
    .string('invalid_id')
    .regex(MERCHANT_ID, 'invalid_id')
    .brand<'MerchantId'>()
    .meta({ description: 'The tenant to which outcomes belong.', example: 'demo' }),
);
export type MerchantId = Parsed<typeof merchantIdSchema>;

export const transactionIdSchema = onFirstUse(() =>
  z
    .string('invalid_id')
    .regex(TRANSACTION_ID, 'invalid_id')
    .brand<'TransactionId'>()
    .meta({ description: 'Names the transaction within its merchant.', example: 'pay_1' }),
);
export type TransactionId = Parsed<typeof transactionIdSchema>;

export const endpointIdSchema = onFirstUse(() =>
  z
    .string('invalid_id')
    .regex(ENDPOINT_ID, 'invalid_id')
    .brand<'EndpointId'>()
    .meta({ description: 'Names a callback URL of the merchant.', example: 'ep_4fzQ0Yw2' }),
);
export type EndpointId = Parsed<typeof endpointIdSchema>;

/** The endpoint id that represents a transaction's own `notifyUrl`. */
export const NOTIFY_URL_ENDPOINT = 'notify-url' as EndpointId;

export const keyIdSchema = onFirstUse(() =>
  z.string('invalid_id').regex(KEY_ID, 'invalid_id').meta({ description: 'The public part of a key.' }),
);

/** An instant with its offset (RFC 3339). Stored in UTC with milliseconds. */
export const timeSchema = onFirstUse(() =>
  z.iso
    .datetime({ offset: true, error: 'invalid_date', abort: true })
    .refine(isOutcomeTime, { error: 'invalid_date', params: { fits: 'Use a time from 1970 to 9999.' } })
    .transform((text) => isoTime(Date.parse(text)))
    .meta({ description: 'An instant, RFC 3339 with its offset.', example: '2026-11-20T08:00:00Z' }),
);

export const terminalStatusSchema = onFirstUse(() => z.enum(TERMINAL_STATUSES, 'invalid_status'));
const statusSchema = onFirstUse(() =>
  z
    .enum(OUTCOME_STATUSES, 'invalid_status')
    .meta({ description: 'PENDING at most once, then one terminal status.' }),
);

const amountSchema = onFirstUse(() =>
  z.int('invalid_amount').refine(isAmount, 'invalid_amount').meta({
    minimum: 0,
    description: "In the currency's minor unit; the direction follows from the type.",
    example: 1999,
  }),
);

const currencySchema = onFirstUse(() =>
  z
    .string('unknown_currency')
    .refine(isCurrency, 'unknown_currency')
    .meta({ description: 'ISO 4217.', example: 'CNY' }),
);

export const transactionTypeSchema = onFirstUse(() =>
  z
    .string('invalid_type_name')
    .regex(TRANSACTION_TYPE, 'invalid_type_name')
    .meta({ description: 'What kind of business operation it was.', example: 'payment' }),
);

/** The type of a new outcome. Stored ones may have any type. */
const newTransactionTypeSchema = onFirstUse(() =>
  transactionTypeSchema()
    .refine(isFreeTransactionType, 'reserved_type')
    .meta({ description: 'What kind of business operation it was. Not `tidings`.', example: 'payment' }),
);

export const referenceSchema = onFirstUse(() =>
  z
    .string('invalid_reference')
    .regex(REFERENCE, 'invalid_reference')
    .meta({ description: "The merchant's own order number: 1 to 64 printable ASCII.", example: 'ORDER-1' }),
);

const reasonSchema = onFirstUse(() =>
  z
    .strictObject({
      code: z.string('invalid_value').regex(REASON_CODE, 'invalid_value'),
      message: textSchema(MAX_REASON_LENGTH),
    })
    .meta({ description: 'Why it ended with this status.' }),
);

const metadataSchema = onFirstUse(() =>
  z
    .record(z.string(), z.unknown(), 'invalid_value')
    .refine((value) => !holdsInexactNumber(value), 'inexact_number')
    .refine(holdsPlainText, 'invalid_text')
    .refine(isShortMetadata, { error: 'too_long', params: { fits: METADATA_SENTENCE } })
    .meta({ description: 'Further data for the receiver; at most 16 KiB.' }),
);

export const urlSchema = onFirstUse(() =>
  z
    .string('invalid_url')
    .max(MAX_CALLBACK_URL_LENGTH, 'url_too_long')
    .refine(isPlainText, 'invalid_url')
    .meta({ description: 'Where callbacks go.', example: 'https://shop.example/tidings' }),
);

/** Default seconds before an initiator is asked. The longest delay of a queue is the upper bound. */
const DEFAULT_CHECK_AFTER_SECONDS = 60;
const MAX_CHECK_AFTER_SECONDS = MAX_QUEUE_WAIT_MS / SECOND_MS;

const checkBackSchema = onFirstUse(() =>
  z
    .strictObject({
      url: urlSchema(),
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
    }),
);

/** The part of an outcome that the initiator provides. The service stamps the rest. */
export const outcomeContentSchema = onFirstUse(() =>
  z.strictObject({
    transactionType: newTransactionTypeSchema(),
    status: statusSchema(),
    amount: amountSchema(),
    currency: currencySchema(),
    occurredAt: timeSchema().meta({
      description:
        'When the transaction ended, as the initiator says: RFC 3339 with its offset, from 1970 to 9999. It is not compared with ' +
        'any clock, so a time in the future is accepted, and an end cannot be changed. The service only passes it on: feed, ' +
        'windows, statements and retention go by listedAt.',
      example: '2026-11-20T08:00:00Z',
    }),
    reference: referenceSchema().exactOptional(),
    reason: reasonSchema().exactOptional(),
    relatedTransactionId: transactionIdSchema().exactOptional(),
    metadata: metadataSchema().exactOptional(),
    notifyUrl: urlSchema().exactOptional(),
    checkBack: checkBackSchema().exactOptional(),
  }),
);
export type OutcomeContent = Parsed<typeof outcomeContentSchema>;

export const versionSchema = onFirstUse(() =>
  z.literal([1, 2], 'invalid_value').meta({ description: '1, or 2 for what follows a PENDING.' }),
);
export type Version = Parsed<typeof versionSchema>;

/**
 * One recorded outcome of a transaction. Immutable once it is terminal. Stored text is read back unchanged, because the
 * rules for requests may be stricter by now.
 */
export const outcomeSchema = onFirstUse(() =>
  z.object({
    ...outcomeContentSchema().shape,
    transactionType: transactionTypeSchema(),
    reason: z.object({ code: z.string(), message: z.string() }).exactOptional(),
    metadata: z.record(z.string(), z.unknown()).exactOptional(),
    notifyUrl: z.string().exactOptional(),
    checkBack: z.object({ ...checkBackSchema().shape, url: z.string() }).exactOptional(),
    merchantId: merchantIdSchema(),
    transactionId: transactionIdSchema(),
    version: versionSchema(),
    recordedAt: z.iso.datetime(),
    /** When it entered the feed. Absent on PENDING, which is not listed. */
    listedAt: z.iso.datetime().exactOptional(),
  }),
);
export type Outcome = Parsed<typeof outcomeSchema>;

export type TerminalOutcome = Outcome & { readonly status: TerminalStatus; readonly listedAt: string };

export function isTerminal(outcome: Outcome): outcome is TerminalOutcome {
  return outcome.status !== 'PENDING' && outcome.listedAt !== undefined;
}

export interface TransactionKey {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
}

/** The states of a check: the question to an initiator how its PENDING ended. */
export const checkStates = ['waiting', 'resolved', 'unresolved'] as const;
export type CheckState = (typeof checkStates)[number];
