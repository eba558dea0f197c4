import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, ApiAnswer } from '../../../lib/local/api-client.ts';

/** An API client that repeats what was refused for now, as an initiator must. */
export interface PatientApi {
  readonly call: Api;
  /** Requests that were sent again, by reason. */
  readonly repeats: ReadonlyMap<string, number>;
}

/** Refused for now. The same request with the same id is safe to repeat. */
const FOR_NOW = new Set([429, 502, 503, 504]);
const MAX_REPEATS = 60;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Each request creates another endpoint, which would get callbacks of its own. */
const NEVER_REPEATED = /^POST \S+\/endpoints$/;

/**
 * Repeats a request that was answered with 429, 502, 503 or 504, or not at all, with the same method, path and body.
 * Waits as long as `Retry-After` says, at most 5 s. Gives up after 60 repeats and returns the last answer.
 */
export function createPatientApi(
  api: Api,
  pause: (ms: number) => Promise<void> = (ms) => sleep(ms),
): PatientApi {
  const repeats = new Map<string, number>();
  const note = (reason: string) => repeats.set(reason, (repeats.get(reason) ?? 0) + 1);

  const call: Api = async (key, request, body) => {
    const isRepeatable = !NEVER_REPEATED.test(request);
    for (let pauseMs = FIRST_PAUSE_MS, sent = 1; ; sent += 1, pauseMs *= 2) {
      const isLast = !isRepeatable || sent > MAX_REPEATS;
      let answer: ApiAnswer | undefined;
      try {
        answer = await api(key, request, body);
        if (isLast || !FOR_NOW.has(answer.status)) return answer;
      } catch (error) {
        if (isLast) throw error;
      }
      note(answer === undefined ? 'no answer' : String(answer.status));
      const askedMs = Number(answer?.headers['retry-after'] ?? 0) * 1_000;
      await pause(Math.min(Math.max(pauseMs, askedMs), LONGEST_PAUSE_MS));
    }
  };
  return { call, repeats };
}
