import * as z from 'zod';
import { EVENT_FILTER } from '../../protocol/event-names.ts';
import { storedScheduleSchema } from '../schedule.ts';
import { storedEndpointId, storedMerchantId, storedTime, storedWord } from '../stored.ts';
import { lineSchema } from '../text.ts';
import { DEFAULT_TIME_ZONE } from '../time-zone.ts';

/** A merchant's settings and endpoints: what delivering and asking need to know of a tenant. */

/** A `whsec_…` secret as it is kept: sealed, with the time after which it no longer signs. */
const sealedSecretSchema = z.object({
  sealed: z.string(),
  createdAt: storedTime,
  expiresAt: storedTime.exactOptional(),
  /** The rotation that made it, by its caller's name. */
  rotationId: z.string().exactOptional(),
  /** What that rotation asked for: the same name with another overlap is another rotation. */
  overlapSeconds: z.number().exactOptional(),
  /** The ed25519 key that signs beside it, where the endpoint asks for `v1a`: sealed, with its public part. */
  privateKey: z.object({ sealed: z.string(), publicKey: z.string() }).exactOptional(),
});
export type SealedSecret = z.infer<typeof sealedSecretSchema>;

/** Secrets that may sign at the same time: the newest, and those whose overlap has not ended. */
export const MAX_SECRETS = 4;

/** The feed is spread over so many index partitions; it only grows. */
export const feedShardsSchema = z
  .number('invalid_value')
  .int('invalid_value')
  .min(1, 'invalid_value')
  .max(64, 'invalid_value')
  .meta({ description: 'Partitions of the feed index (1,000 outcomes a second each). Only grows.' });

export const nameSchema = lineSchema(128).meta({ description: 'For people.', example: 'Demo shop' });

/** Read back: what settings may be today is asked where they are set. */
export const profileSchema = z.object({
  merchantId: storedMerchantId,
  name: z.string(),
  schedule: storedScheduleSchema,
  feedShards: z.int().min(1),
  /** Whose days have statements; vetted where it is set, so that reading a profile depends on no list of zones. */
  timeZone: z.string().default(DEFAULT_TIME_ZONE),
  secrets: z.array(sealedSecretSchema),
  createdAt: storedTime,
  /** Raised by every change: changes are conditional on it. */
  rev: z.number().int(),
});
export type Profile = z.infer<typeof profileSchema>;

/** `payment.succeeded`, `payment.*`, or `*` for every type. */
export const eventFilterSchema = z.string('invalid_event_type').regex(EVENT_FILTER, 'invalid_event_type');

export const timeoutMsSchema = z
  .number('invalid_value')
  .int('invalid_value')
  .min(1_000, 'invalid_value')
  .max(30_000, 'invalid_value')
  .meta({ description: 'Milliseconds for one whole attempt, 1,000 to 30,000.' });

export const signatureSchema = z
  .enum(['v1', 'v1a', 'both'], 'invalid_value')
  .meta({ description: 'v1: HMAC-SHA256 with the secret; v1a: ed25519, verified with the public key.' });
export type SignatureChoice = z.infer<typeof signatureSchema>;

export const DEFAULT_TIMEOUT_MS = 10_000;
export const MAX_EVENT_FILTERS = 16;

/** One span of an endpoint's past: what was in force from `from` until the next span's. */
const settingsSpanSchema = z.object({
  from: storedTime,
  enabled: z.boolean(),
  types: z.array(z.string()),
});
export type SettingsSpan = z.infer<typeof settingsSpanSchema>;

/** Read back, as the profile is. */
export const endpointSchema = z.object({
  merchantId: storedMerchantId,
  endpointId: storedEndpointId,
  url: z.string(),
  timeoutMs: z.number().positive(),
  schedule: storedScheduleSchema.exactOptional(),
  expectBody: z.string().exactOptional(),
  signature: storedWord<SignatureChoice>().exactOptional(),
  /** Oldest first, never empty; the last one may be in force only in a few seconds. */
  history: z.array(settingsSpanSchema).min(1),
  secrets: z.array(sealedSecretSchema),
  createdAt: storedTime,
  /** Set when it was deleted; kept for a while, so that the past stays explicable. */
  deletedAt: storedTime.exactOptional(),
  rev: z.number().int(),
});
export type Endpoint = z.infer<typeof endpointSchema>;

/** The newest settings: attempts follow them at once, and expectation from the moment of their date. */
export function currentSpan(endpoint: Endpoint): SettingsSpan {
  const span = endpoint.history.at(-1);
  if (span === undefined) throw new Error(`endpoint ${endpoint.endpointId} has no settings`);
  return span;
}

export interface MerchantConfig {
  readonly profile: Profile;
  readonly endpoints: readonly Endpoint[];
  /** The clock before the read began: the config is complete for whatever was stamped before it. */
  readonly readAtMs: number;
}

/** The secrets that sign at `nowMs`, newest first. */
export function activeSecrets(secrets: readonly SealedSecret[], nowMs: number): readonly SealedSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > nowMs);
}
