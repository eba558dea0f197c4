import { TERMINAL_STATUSES } from './content/content-rules.ts';

/**
 * The words that fields of the API take, each list once: the contract, the command line, the console and the kits import
 * them. A test compares them with the OpenAPI document.
 */

/** The status of an outcome. `PENDING`: it has not ended. */
export const OUTCOME_STATUSES = ['PENDING', ...TERMINAL_STATUSES] as const;
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

/** The states of a notification: one terminal outcome for one endpoint. */
export const NOTIFICATION_STATES = [
  'pending',
  'retrying',
  'delivered',
  'exhausted',
  'acknowledged',
  'blocked',
] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** The states in which a notification is listed as undelivered. */
export const UNDELIVERED_STATES = [
  'retrying',
  'exhausted',
  'blocked',
] as const satisfies readonly NotificationState[];
export type UndeliveredState = (typeof UNDELIVERED_STATES)[number];

/**
 * What a redelivery job sends. `undelivered`: notifications that were not delivered. `unexpected`: outcomes that an endpoint
 * did not get because it was disabled, did not exist or did not ask for their type when they were listed. `all`: both, and
 * once more what was delivered.
 */
export const INCLUDES = ['undelivered', 'unexpected', 'all'] as const;
export type Include = (typeof INCLUDES)[number];

/** The states in which a redelivery job does nothing more. */
export const ENDED_JOB_STATES = ['cancelled', 'done', 'failed'] as const;
/** The states of a redelivery job. */
export const JOB_STATES = ['running', 'cancelling', ...ENDED_JOB_STATES] as const;

/** Schedules that have a name. */
export const SCHEDULE_PRESETS = ['wechat', 'alipay', 'standard-webhooks'] as const;
export type SchedulePreset = (typeof SCHEDULE_PRESETS)[number];

/** `v1`: HMAC-SHA256 with the shared secret. `v1a`: ed25519, verified with the public key. */
export const SIGNATURE_CHOICES = ['v1', 'v1a', 'both'] as const;

/** What a key may do. */
export const SCOPES = ['admin', 'initiator', 'merchant', 'receiver'] as const;
export type Scope = (typeof SCOPES)[number];
/** The scopes of keys of one merchant, the narrowest first. */
export const MERCHANT_KEY_SCOPES = ['initiator', 'receiver', 'merchant'] as const satisfies readonly Scope[];
/** The scopes of keys for all merchants. */
export const SERVICE_KEY_SCOPES = ['admin', 'initiator'] as const satisfies readonly Scope[];

/**
 * The queues of dead letters. `lanes`: messages that ask for an attempt or for a check. `intake`: outcomes of initiators
 * that do not wait for the answer.
 */
export const DEAD_LETTER_QUEUES = ['lanes', 'intake'] as const;
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** `SUCCEEDED, FAILED or CLOSED`: a list for people. */
export function listOfWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
