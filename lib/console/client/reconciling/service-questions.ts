import { isoTime } from '../../../protocol/instants.ts';
import { isObject, type JsonObject, jsonTextOf } from '../../../protocol/json/json-values.ts';
import { MAX_WINDOWS, type Resolution } from '../../../protocol/resolutions.ts';
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
/** Statuses that may pass. 0: no answer, or a part of it. */
const TRANSIENT = new Set([0, 429, 500, 502, 503, 504]);

export function createAsk({ base, csrf, fetch = globalThis.fetch }: AskOptions): Ask {
  const send = (path: string, body: object | undefined) =>
    fetch(`${base}${path}`, {
      // A session that has ended leads to the log-in, which is no answer.
      redirect: 'error',
      headers: { accept: 'application/json', 'x-csrf': csrf },
      ...(body !== undefined && {
        method: 'POST',
        headers: { accept: 'application/json', 'x-csrf': csrf, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
  return async (path, body) => {
    for (let tries = 1; ; tries += 1) {
      // A body that breaks off is no answer, either.
      const { isOk, status, content } = await send(path, body)
        .then(answerOf)
        .catch(() => NO_ANSWER);
      if (isOk && content !== undefined) return content;
      if (tries === TRIES || !TRANSIENT.has(status)) throw new Unanswered(codeOf(content));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
    }
  };
}

interface Answer {
  readonly isOk: boolean;
  readonly status: number;
  /** Undefined if it is not an object in JSON. */
  readonly content: JsonObject | undefined;
}

const NO_ANSWER: Answer = { isOk: false, status: 0, content: undefined };

async function answerOf(response: Response): Promise<Answer> {
  const { ok: isOk, status } = response;
  const content = jsonTextOf(await response.text());
  if (isObject(content)) return { isOk, status, content };
  return isOk ? NO_ANSWER : { isOk, status, content: undefined };
}

function codeOf(problem: JsonObject | undefined): string {
  return typeof problem?.code === 'string' ? problem.code : 'no_answer';
}

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

/** The receiver kit parses the same with checks and faults of its own. Here the console's API has checked it, and the browser loads less. */
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
