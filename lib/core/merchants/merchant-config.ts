import * as z from 'zod';
import { SIGNATURE_CHOICES } from '../../protocol/contract-words.ts';
import { EVENT_FILTER, OUTCOME_FILTER } from '../../protocol/event-names.ts';
import { onFirstUse, type Parsed } from '../reading/on-first-use.ts';
import { storedEndpointId, storedMerchantId, storedTime, storedWord } from '../reading/stored.ts';
import { lineSchema, nonBlankTextSchema } from '../reading/text.ts';
import { storedScheduleSchema } from '../schedule.ts';
import { DEFAULT_TIME_ZONE } from '../time-zone.ts';

/** A merchant's settings and endpoints: what delivery and checks need to know of a tenant. */

/** A stored `whsec_…` secret: sealed, with the time after which it no longer signs. */
const sealedSecretSchema = onFirstUse(() =>
  z.object({
    sealed: z.string(),
    createdAt: storedTime(),
    expiresAt: storedTime().exactOptional(),
    /** The rotation that made it; the id is chosen by the caller. */
    rotationId: z.string().exactOptional(),
    /** The overlap that the rotation asked for. The same id with another overlap is a different rotation. */
    overlapSeconds: z.number().exactOptional(),
    /** The ed25519 key that signs as well if the endpoint uses `v1a`: sealed, with its public part. */
    privateKey: z.object({ sealed: z.string(), publicKey: z.string() }).exactOptional(),
  }),
);
export type SealedSecret = Parsed<typeof sealedSecretSchema>;

/** Maximum number of secrets that sign at the same time: the newest, and those whose overlap has not ended. */
export const MAX_SECRETS = 4;

/** The number of index partitions that the feed is spread over. It can only grow. */
export const feedShardsSchema = onFirstUse(() =>
  z
    .number('invalid_value')
    .int('invalid_value')
    .min(1, 'invalid_value')
    .max(64, 'invalid_value')
    .meta({ description: 'Partitions of the feed index (1,000 outcomes a second each). Only grows.' }),
);

export const nameSchema = onFirstUse(() =>
  lineSchema(128).meta({ description: 'For people.', example: 'Demo shop' }),
);

/** The stored form, read tolerantly. Settings are validated where they are set. */
export const profileSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    name: z.string(),
    schedule: storedScheduleSchema(),
    feedShards: z.int().min(1),
    /** The time zone of daily statements. Validated where it is set, so that reading a profile needs no list of zones. */
    timeZone: z.string().default(DEFAULT_TIME_ZONE),
    secrets: z.array(sealedSecretSchema()),
    createdAt: storedTime(),
    /** Raised by every change. Changes are conditional on it. */
    rev: z.number().int(),
  }),
);
export type Profile = Parsed<typeof profileSchema>;

/** `payment.succeeded`, `payment.*`, or `*` for every outcome; `tidings.*` or the type of an alert. */
export const eventFilterSchema = onFirstUse(() =>
  z.string('invalid_event_type').regex(EVENT_FILTER, 'invalid_event_type'),
);
/** A filter in a question about outcomes. */
export const outcomeFilterSchema = onFirstUse(() =>
  z.string('invalid_event_type').regex(OUTCOME_FILTER, 'invalid_event_type'),
);

export const timeoutMsSchema = onFirstUse(() =>
  z
    .number('invalid_value')
    .int('invalid_value')
    .min(1_000, 'invalid_value')
    .max(30_000, 'invalid_value')
    .meta({ description: 'Milliseconds for one whole attempt, 1,000 to 30,000.' }),
);

export const signatureSchema = onFirstUse(() =>
  z
    .enum(SIGNATURE_CHOICES, 'invalid_value')
    .meta({ description: 'v1: HMAC-SHA256 with the secret; v1a: ed25519, verified with the public key.' }),
);
export type SignatureChoice = Parsed<typeof signatureSchema>;

/** Requests a second that an endpoint takes. */
export const ratePerSecondSchema = onFirstUse(() =>
  z
    .number('invalid_type')
    .min(0.1, 'invalid_value')
    .max(1_000, 'invalid_value')
    .meta({
      description:
        'The most requests that are sent to the endpoint a second, 0.1 to 1,000. Others wait. After a pause, one second’s worth ' +
        'may come at once. Default: no limit.',
    }),
);

/** An endpoint's description. Delivery does not use it. */
export const descriptionSchema = onFirstUse(() =>
  nonBlankTextSchema(256).meta({
    description: 'What the endpoint is for. For people.',
    example: 'Order service, production',
  }),
);

export const DEFAULT_TIMEOUT_MS = 10_000;
export const MAX_EVENT_FILTERS = 16;

/** One span of an endpoint's history: the settings in force from `from` until the next span begins. */
const settingsSpanSchema = onFirstUse(() =>
  z.object({
    from: storedTime(),
    enabled: z.boolean(),
    types: z.array(z.string()),
  }),
);
export type SettingsSpan = Parsed<typeof settingsSpanSchema>;

/** Why an endpoint is disabled: its owner asked, its receiver answered 410, or it failed on five days. */
export const DISABLED_REASONS = ['requested', 'gone', 'failing_for_days'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** The stored form, read tolerantly like the profile. */
export const endpointSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    endpointId: storedEndpointId(),
    url: z.string(),
    description: z.string().exactOptional(),
    timeoutMs: z.number().positive(),
    schedule: storedScheduleSchema().exactOptional(),
    /** The accepted response bodies; see `settings/accepted-bodies.ts`. */
    expectBody: z.string().exactOptional(),
    moreBodies: z.array(z.string()).exactOptional(),
    signature: storedWord<SignatureChoice>().exactOptional(),
    ratePerSecond: z.number().positive().exactOptional(),
    /** Custom headers, by name in lower case; values are sealed. See `settings/custom-headers.ts`. */
    headers: z.array(z.object({ name: z.string(), sealed: z.string(), setAt: storedTime() })).exactOptional(),
    /** Oldest first, never empty. The last span may begin a few seconds in the future. */
    history: z.array(settingsSpanSchema()).min(1),
    /** Why and since when it is disabled. Rows of older versions lack it. */
    disabled: z.object({ at: storedTime(), reason: storedWord<DisabledReason>() }).exactOptional(),
    secrets: z.array(sealedSecretSchema()),
    createdAt: storedTime(),
    /** When it was deleted. A deleted endpoint is kept for a while, so that the audit knows what was expected of it. */
    deletedAt: storedTime().exactOptional(),
    rev: z.number().int(),
  }),
);
export type Endpoint = Parsed<typeof endpointSchema>;

/** The newest settings. Attempts follow them at once; expectations follow them from their date on. */
export function currentSpan(endpoint: Endpoint): SettingsSpan {
  const span = endpoint.history.at(-1);
  if (span === undefined) throw new Error(`endpoint ${endpoint.endpointId} has no settings`);
  return span;
}

/** Why and since when it is disabled; undefined if it is enabled. Without a reason: an older version disabled it. */
export function disabledState(
  endpoint: Endpoint,
): { readonly at: string; readonly reason?: DisabledReason } | undefined {
  const { enabled, from } = currentSpan(endpoint);
  return enabled ? undefined : (endpoint.disabled ?? { at: from });
}

export interface MerchantConfig {
  readonly profile: Profile;
  readonly endpoints: readonly Endpoint[];
  /** The clock before the read began. The config is complete for outcomes stamped before that time. */
  readonly readAtMs: number;
}

/** The secrets that sign at `nowMs`, newest first. */
export function activeSecrets(secrets: readonly SealedSecret[], nowMs: number): readonly SealedSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > nowMs);
}
