import { isoTime } from '../../protocol/instants.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Resolution } from '../../protocol/resolutions.ts';
import { addHashes, createDigestSum, type Digest } from '../../protocol/row-digest.ts';
import { countOf, hashOf, listOf, textOf, timeOf } from '../asking/reading.ts';
import { type Client, type Page, pageOf, type Refusal, refused } from '../asking/service-client.ts';
import type { EventTypes } from '../event-types.ts';
import { type ListedOutcome, parseListedOutcome } from '../outcome.ts';
import type { VerifiedAnswer } from '../verifying/answer.ts';
import type { Span } from './spans.ts';

/** The service's digest of a window, an hour or a day, or of the requested part of it. */
export interface Slice extends Span {
  readonly digest: Digest;
  /** Sum of the time hashes of its rows; undefined if it was not requested or the service does not know it. */
  readonly times: bigint | undefined;
}

export interface Opening extends Span {
  readonly windowSeconds: number;
  /** One per day, oldest first. Empty days are left out. */
  readonly slices: readonly Slice[];
}

export interface Bucket {
  readonly bucket: number;
  readonly count: number;
  readonly hash: bigint;
}

/** Reconciliation's questions about closed windows. A closed window changes only if the service's audit revises it. */
export interface WindowQuestions {
  /**
   * The first comparison: digests by day.
   *
   * @param toMs default: the end of the last closed window
   * @param isCut begin with the first full hour after what the service no longer keeps; default: an earlier `fromMs` is refused
   * @returns undefined if no window of the range is closed yet
   */
  opening(fromMs: number, toMs: number | undefined, isCut?: boolean): Promise<Opening | undefined>;
  /** Digests of a closed span at a finer resolution. */
  slices(span: Span, resolution: Resolution): Promise<readonly Slice[]>;
  /** @returns undefined if the service cannot show the window by bucket: it has too many rows, or it is in doubt */
  buckets(startMs: number): Promise<readonly Bucket[] | undefined>;
  /**
   * Rows of a window or of one of its buckets, a page at a time.
   *
   * @returns `revised` if the page before was of an earlier revision; rows of two revisions match the digest of neither
   */
  rows(
    startMs: number,
    of: { readonly bucket: number | undefined; readonly cursor: string | undefined },
  ): Promise<Page<ListedOutcome> | 'revised'>;
}

/** Problem codes for a window that has no buckets. Its rows are read instead and compared with its digest. */
const WITHOUT_BUCKETS = new Set(['window_too_large', 'window_in_doubt']);
const ROWS_PAGE = '500';
const MAX_CUTS = 3;
const HOUR_MS = 3_600_000;

export function createWindowQuestions(
  client: Pick<Client, 'read'>,
  types: EventTypes,
  { withTimes = false }: { readonly withTimes?: boolean } = {},
): WindowQuestions {
  const filter = { ...(types.text !== undefined && { types: types.text }) };
  /** Longest range per request. It shrinks when the service refuses a range as too long. */
  const reachMs: Record<Resolution, number> = { window: HOUR_MS * 24, hour: Infinity, day: Infinity };

  const ask = (fromMs: number, toMs: number | undefined, resolution: Resolution) =>
    client.read('/v1/windows', {
      from: isoTime(fromMs),
      ...(toMs !== undefined && { to: isoTime(toMs) }),
      resolution,
      ...(withTimes && { times: 'true' }),
    });

  const slices: WindowQuestions['slices'] = async ({ fromMs, toMs }, resolution) => {
    const found: Slice[] = [];
    let atMs = fromMs;
    while (atMs < toMs) {
      const endMs = Math.min(toMs, atMs + reachMs[resolution]);
      const answer = await ask(atMs, endMs, resolution);
      if (!('kind' in answer)) {
        found.push(...slicesOf(answer, types));
        atMs = endMs;
        continue;
      }
      const shorterMs = shorterRange(answer, endMs - atMs);
      if (shorterMs === undefined) throw refused('the windows', answer);
      reachMs[resolution] = shorterMs;
    }
    return found;
  };

  return {
    slices,

    async opening(askedMs, toMs, isCut = false) {
      let fromMs = askedMs;
      let answer = await ask(fromMs, toMs, 'day');
      // More than once, because what is kept moves on while the service answers.
      for (let tries = 0; isCut && tries < MAX_CUTS && isBeyondRetention(answer); tries += 1) {
        const keptMs = Math.ceil(timeOf(answer.content, 'oldest') / HOUR_MS) * HOUR_MS;
        if (toMs !== undefined && keptMs >= toMs) break;
        fromMs = keptMs;
        answer = await ask(fromMs, toMs, 'day');
      }
      const closing = closingOf(answer) ?? closingOf(await ask(fromMs, fromMs + HOUR_MS, 'day'));
      if (closing === undefined) return undefined;
      const { windowSeconds, closedThroughMs } = closing;
      const endMs = Math.min(toMs ?? closedThroughMs, closedThroughMs);
      if (endMs <= fromMs) return undefined;
      const span = { fromMs, toMs: endMs };
      const days = 'kind' in answer ? await slices(span, 'day') : slicesOf(answer, types);
      return { ...span, windowSeconds, slices: days };
    },

    async buckets(startMs) {
      const answer = await client.read(`/v1/windows/${isoTime(startMs)}`, { buckets: '256', ...filter });
      if (!('kind' in answer)) return listOf(answer.content, 'buckets').map(bucketFrom);
      if (WITHOUT_BUCKETS.has(answer.code)) return undefined;
      throw refused('the buckets of a window', answer);
    },

    async rows(startMs, { bucket, cursor }) {
      const answer = await client.read(`/v1/windows/${isoTime(startMs)}/transactions`, {
        limit: ROWS_PAGE,
        ...(bucket !== undefined && { bucket: String(bucket) }),
        ...(cursor !== undefined && { cursor }),
        ...filter,
      });
      if ('kind' in answer) {
        if (cursor !== undefined && answer.code === 'invalid_cursor') return 'revised';
        throw refused('the rows of a window', answer);
      }
      return pageOf(answer, parseListedOutcome);
    },
  };
}

function isBeyondRetention(answer: VerifiedAnswer | Refusal): answer is Refusal {
  return 'kind' in answer && answer.code === 'beyond_retention';
}

/**
 * Reads how far windows are closed, from an answer or from a refusal that states it.
 *
 * @returns undefined if the refusal does not state it, but a shorter range may be answered
 * @throws ReceiverFault `request_refused` for every other refusal
 */
function closingOf(
  answer: VerifiedAnswer | Refusal,
): { readonly windowSeconds: number; readonly closedThroughMs: number } | undefined {
  const isStated = !('kind' in answer) || answer.content.closedThrough !== undefined;
  if (isStated) {
    const { content } = answer;
    return {
      windowSeconds: countOf(content, 'windowSeconds'),
      closedThroughMs: timeOf(content, 'closedThrough'),
    };
  }
  if (answer.code === 'window_not_closed' || answer.code === 'answer_too_large') return undefined;
  throw refused('the windows', answer);
}

/** A shorter range in milliseconds that the service may answer; undefined if the length was not the problem. */
function shorterRange({ code, content }: Refusal, lengthMs: number): number | undefined {
  const shorterMs = lengthThatFits(code, content, lengthMs);
  return shorterMs > 0 && shorterMs < lengthMs ? shorterMs : undefined;
}

function lengthThatFits(code: string, content: JsonObject, lengthMs: number): number {
  if (code === 'range_too_long') return countOf(content, 'maxSeconds') * 1_000;
  if (code !== 'answer_too_large') return 0;
  return Math.max(HOUR_MS, Math.floor(lengthMs / 2 / HOUR_MS) * HOUR_MS);
}

function slicesOf({ content }: VerifiedAnswer, types: EventTypes): readonly Slice[] {
  return listOf(content, 'items').map((item) => ({
    fromMs: timeOf(item, 'start'),
    toMs: timeOf(item, 'end'),
    digest: digestFrom(listOf(item, 'groups')).filter(types.includes),
    times: item.times === undefined ? undefined : timesFrom(listOf(item, 'times'), types),
  }));
}

function timesFrom(items: readonly JsonObject[], types: EventTypes): bigint {
  const counted = items.filter((item) =>
    types.includes({ transactionType: textOf(item, 'transactionType'), status: textOf(item, 'status') }),
  );
  return counted.reduce((sum, item) => addHashes(sum, hashOf(item)), 0n);
}

function digestFrom(groups: readonly JsonObject[]): Digest {
  const sum = createDigestSum();
  sum.addDigest(
    groups.map((group) => ({
      transactionType: textOf(group, 'transactionType'),
      status: textOf(group, 'status'),
      currency: textOf(group, 'currency'),
      count: countOf(group, 'count'),
      amount: BigInt(textOf(group, 'amount')),
      hash: hashOf(group),
    })),
  );
  return sum.digest();
}

function bucketFrom(item: JsonObject): Bucket {
  return { bucket: countOf(item, 'bucket'), count: countOf(item, 'count'), hash: hashOf(item) };
}
