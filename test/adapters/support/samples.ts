import { type Statement, statementSchema } from '../../../lib/core/bookkeeping/statements/statement.ts';
import { type Job, jobSchema } from '../../../lib/core/deliver/redelivery/redelivery-job.ts';
import { type Notification, notificationSchema } from '../../../lib/core/deliver/state/notification.ts';
import { type Window, windowSchema } from '../../../lib/core/feed/window.ts';
import type { KeyRecord } from '../../../lib/core/merchants/keys/access-keys.ts';
import {
  type Endpoint,
  endpointSchema,
  type Profile,
  profileSchema,
} from '../../../lib/core/merchants/merchant-config.ts';
import {
  endpointIdSchema,
  merchantIdSchema,
  type Outcome,
  outcomeSchema,
  transactionIdSchema,
} from '../../../lib/core/model.ts';
import { isoTime } from '../../../lib/core/time.ts';

/** Plain examples of what the stores keep; a test changes what it is about. */

export const merchant = (id: string) => merchantIdSchema().parse(id);
export const transaction = (id: string) => transactionIdSchema().parse(id);
export const endpointId = (id: string) => endpointIdSchema().parse(id);

export const SHOP = merchant('shop');
export const OTHER = merchant('other');

const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
/** `seconds` after the moment at which all examples begin. */
export const at = (seconds: number) => isoTime(START_MS + seconds * 1000);

type Changes<T> = { readonly [K in keyof T]?: unknown };

export function succeeded(changes: Changes<Outcome> = {}): Outcome {
  return outcomeSchema().parse({
    merchantId: SHOP,
    transactionId: 'pay_1',
    version: 1,
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 1999,
    currency: 'CNY',
    occurredAt: at(0),
    recordedAt: at(0),
    listedAt: at(0),
    ...changes,
  });
}

export function pending(changes: Changes<Outcome> = {}): Outcome {
  const { listedAt: _unlisted, ...outcome } = succeeded({ ...changes, status: 'PENDING' });
  return outcome;
}

export function notification(changes: Changes<Notification> = {}): Notification {
  return notificationSchema().parse({
    merchantId: SHOP,
    transactionId: 'pay_1',
    version: 1,
    endpointId: 'ep_1',
    rev: 1,
    state: 'retrying',
    listedAt: at(0),
    startedAt: at(0),
    attemptsMade: 1,
    attempts: [{ number: 1, at: at(1), durationMs: 12, statusCode: 500, error: 'http_server_error' }],
    nextAttemptAt: at(15),
    ...changes,
  });
}

/** As it is when no attempt is to come. */
export function settled(changes: Changes<Notification> = {}): Notification {
  const { nextAttemptAt: _none, ...rest } = notification(changes);
  return rest;
}

export function profile(changes: Changes<Profile> = {}): Profile {
  return profileSchema().parse({
    merchantId: SHOP,
    name: 'Shop',
    schedule: 'wechat',
    feedShards: 1,
    secrets: [{ sealed: 'c2VhbGVk', createdAt: at(0) }],
    createdAt: at(0),
    rev: 1,
    ...changes,
  });
}

export function endpoint(changes: Changes<Endpoint> = {}): Endpoint {
  return endpointSchema().parse({
    merchantId: SHOP,
    endpointId: 'ep_1',
    url: 'https://shop.example/hooks',
    timeoutMs: 10_000,
    history: [{ from: at(0), enabled: true, types: ['*'] }],
    secrets: [{ sealed: 'c2VhbGVk', createdAt: at(0) }],
    createdAt: at(0),
    rev: 1,
    ...changes,
  });
}

export function key(keyId: string, changes: Partial<KeyRecord> = {}): KeyRecord {
  return {
    keyId,
    secretHash: `hash of ${keyId}`,
    scope: 'receiver',
    merchantId: SHOP,
    createdAt: at(0),
    ...changes,
  };
}

export function closedWindow(changes: Changes<Window> = {}): Window {
  return windowSchema().parse({
    merchantId: SHOP,
    start: at(0),
    end: at(300),
    revision: 0,
    groups: [
      {
        transactionType: 'payment',
        status: 'SUCCEEDED',
        currency: 'CNY',
        count: 3,
        amount: '5997',
        hash: '92a4f1e8ea44a2f305b65f81b113b493',
      },
    ],
    times: [{ transactionType: 'payment', status: 'SUCCEEDED', hash: '00a4f1e8ea44a2f305b65f81b113b493' }],
    ...changes,
  });
}

export function job(changes: Changes<Job> = {}): Job {
  return jobSchema().parse({
    jobId: 'job1',
    merchantId: SHOP,
    from: at(0),
    to: at(3_600),
    states: ['exhausted'],
    createdAt: at(0),
    state: 'running',
    slot: 0,
    keys: [],
    range: 0,
    found: 0,
    sent: 0,
    rev: 1,
    ...changes,
  });
}

export function statement(changes: Changes<Statement> = {}): Statement {
  return statementSchema().parse({
    merchantId: SHOP,
    date: '2026-11-20',
    timeZone: 'Asia/Shanghai',
    from: '2026-11-19T16:00:00.000Z',
    to: '2026-11-20T16:00:00.000Z',
    revision: 0,
    rows: 3,
    bytes: 700,
    sha256: 'a'.repeat(64),
    file: 'shop/2026-11-20/one.csv',
    builtAt: '2026-11-20T16:01:00.000Z',
    ...changes,
  });
}
