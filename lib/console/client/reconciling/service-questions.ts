import { isoTime } from '../../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../../protocol/json/json-values.ts';
import type { Resolution } from '../../../protocol/resolutions.ts';
import type { Digest } from '../../../protocol/row-digest.ts';
import type { Slice } from '../../../receiver/reconciling/questions.ts';
import type { Span } from '../../../receiver/reconciling/spans.ts';

/** What the comparison asks of the service, through the console. */

/** A problem that the service states, or no answer. */
export class Unanswered extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Sends one request. @throws Unanswered */
export type Ask = (path: string, body?: object) => Promise<JsonObject>;

export interface AskOptions {
  readonly base: string;
  readonly csrf: string;
  readonly fetch?: typeof globalThis.fetch;
}

const TRIES = 4;
const PAUSE_MS = 700;
/** Statuses that may pass. */
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

export function createAsk({ base, csrf, fetch = globalThis.fetch }: AskOptions): Ask {
  return async (path, body) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await fetch(`${base}${path}`, {
        // A session that has ended leads to the log-in, which is no answer.
        redirect: 'error',
        headers: { accept: 'application/json', 'x-csrf': csrf },
        ...(body !== undefined && {
          method: 'POST',
          headers: { accept: 'application/json', 'x-csrf': csrf, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      }).catch(() => undefined);
      if (answer?.ok === true) return objectOf(await answer.json());
      if (tries < TRIES && (answer === undefined || TRANSIENT.has(answer.status))) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
        continue;
      }
      if (answer === undefined) throw new Unanswered('no_answer');
      const problem: unknown = await answer.json().catch(() => undefined);
      throw new Unanswered(
        isObject(problem) && typeof problem.code === 'string' ? problem.code : 'no_answer',
      );
    }
  };
}

function objectOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  throw new Unanswered('no_answer');
}

/** How many windows one answer covers at most, as the API documents it. */
const MAX_WINDOWS: Readonly<Record<Resolution, number>> = { window: 288, hour: 2_016, day: 8_928 };

/** Digests of a span, in as many requests as they need. */
export async function slicesOf(
  ask: Ask,
  { fromMs, toMs }: Span,
  { resolution, windowMs }: { readonly resolution: Resolution; readonly windowMs: number },
): Promise<readonly Slice[]> {
  const slices: Slice[] = [];
  const longest = MAX_WINDOWS[resolution] * windowMs;
  for (let from = fromMs; from < toMs; from += longest) {
    const to = Math.min(from + longest, toMs);
    const query = new URLSearchParams({ from: isoTime(from), to: isoTime(to), resolution });
    const { items } = await ask(`/windows?${query}`);
    for (const item of Array.isArray(items) ? items.filter(isObject) : []) slices.push(sliceOf(item));
  }
  return slices;
}

function sliceOf(item: JsonObject): Slice {
  const groups = Array.isArray(item.groups) ? item.groups.filter(isObject) : [];
  const digest: Digest = groups.map((group) => ({
    transactionType: String(group.transactionType),
    status: String(group.status),
    currency: String(group.currency),
    count: Number(group.count),
    amount: BigInt(String(group.amount)),
    hash: BigInt(`0x${String(group.hash)}`),
  }));
  const timeOf = (field: string) => Date.parse(String(item[field]));
  // Times are not compared: many ledgers keep whole seconds.
  return { fromMs: timeOf('start'), toMs: timeOf('end'), digest, times: undefined };
}
