import { NOTIFICATION_STATES } from '../../protocol/contract-words.ts';
import { eventTypeOf } from '../../protocol/event-names.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';

/** What is new since the last look: each outcome, attempt and state of a callback is told once. */

export type LifeEvent =
  | { readonly event: 'outcome'; readonly type: string; readonly outcome: JsonObject }
  | {
      readonly event: 'attempt' | 'state';
      readonly type: string;
      readonly transactionId: string;
      readonly version: number;
      readonly endpointId: string;
      /** Of the callback, after this attempt if it is the last one. */
      readonly state: string;
      /** Absent where only the state changed, as when a receiver acknowledged. */
      readonly attempt?: JsonObject;
      readonly nextAttemptAt?: string;
    };

export interface Life {
  /** @param item an outcome with its notifications. @returns what is new, oldest first */
  newsOf(item: JsonObject): readonly LifeEvent[];
  /** Outcomes with callbacks that are still on their way, and due at this time. */
  due(nowMs: number): readonly string[];
}

/** Outcomes that are watched at most. The oldest are forgotten first. */
const MAX_WATCHED = 5_000;
const ENDED = new Set<string>(
  NOTIFICATION_STATES.filter((state) => state !== 'pending' && state !== 'retrying'),
);

interface Watched {
  readonly attempts: Map<string, number>;
  readonly states: Map<string, string>;
  /** Milliseconds since 1970. Undefined once all callbacks have ended. */
  dueMs: number | undefined;
}

export function createLife(): Life {
  const watched = new Map<string, Watched>();
  return {
    due: (nowMs) => [
      ...new Set(
        [...watched]
          .filter(([, { dueMs }]) => dueMs !== undefined && dueMs <= nowMs)
          .map(([key]) => key.slice(0, key.lastIndexOf(' '))),
      ),
    ],
    newsOf(item) {
      const [transactionId, version] = [String(item.transactionId), Number(item.version)];
      const type = eventTypeOf({
        transactionType: String(item.transactionType),
        status: String(item.status),
      });
      const key = `${transactionId} ${version}`;
      const known = watched.get(key);
      const seen = known ?? { attempts: new Map(), states: new Map(), dueMs: undefined };
      const { notifications, provisional: _, ...outcome } = item;
      const news: LifeEvent[] = known === undefined ? [{ event: 'outcome', type, outcome }] : [];
      const own = (Array.isArray(notifications) ? notifications.filter(isObject) : []).filter(
        (notification) => Number(notification.version ?? version) === version,
      );
      for (const notification of own) {
        news.push(...newsOfNotification(notification, { seen, type, transactionId, version }));
      }
      seen.dueMs = dueOf(own);
      // A later version replaces the callbacks of the one before.
      const before = watched.get(`${transactionId} ${version - 1}`);
      if (before !== undefined) before.dueMs = undefined;
      watched.delete(key);
      watched.set(key, seen);
      for (const oldest of watched.keys()) {
        if (watched.size <= MAX_WATCHED) break;
        watched.delete(oldest);
      }
      return news;
    },
  };
}

interface Seen {
  readonly seen: Watched;
  readonly type: string;
  readonly transactionId: string;
  readonly version: number;
}

function newsOfNotification(notification: JsonObject, { seen, ...about }: Seen): readonly LifeEvent[] {
  const [endpointId, state] = [String(notification.endpointId), String(notification.state)];
  const attempts = Array.isArray(notification.attempts) ? notification.attempts.filter(isObject) : [];
  const before = seen.attempts.get(endpointId) ?? 0;
  const last = attempts.at(-1);
  const { nextAttemptAt } = notification;
  const news: LifeEvent[] = attempts
    .filter((attempt) => Number(attempt.number) > before)
    .map((attempt) => ({
      event: 'attempt',
      ...about,
      endpointId,
      state: attempt === last ? state : 'retrying',
      attempt,
      ...(attempt === last && typeof nextAttemptAt === 'string' && { nextAttemptAt }),
    }));
  // A state that no attempt explains: acknowledged, blocked, or given up later.
  if (news.length === 0 && ENDED.has(state) && seen.states.get(endpointId) !== state) {
    news.push({ event: 'state', ...about, endpointId, state });
  }
  seen.attempts.set(endpointId, Math.max(before, Number(last?.number ?? 0)));
  seen.states.set(endpointId, state);
  return news;
}

function dueOf(notifications: readonly JsonObject[]): number | undefined {
  const times = notifications
    .filter(({ state }) => !ENDED.has(String(state)))
    .map(({ nextAttemptAt }) => (typeof nextAttemptAt === 'string' ? Date.parse(nextAttemptAt) : 0));
  return times.length === 0 ? undefined : Math.min(...times);
}
