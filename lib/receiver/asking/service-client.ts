import { type HttpAnswer, readServiceAnswer } from '../../protocol/http/service-answer.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { SIGNATURE_HEADER } from '../../protocol/signing/signed-headers.ts';
import { ReceiverFault } from '../faults.ts';
import { type ListedOutcome, type Outcome, parseListedOutcome, parseOutcome } from '../outcome.ts';
import type { Now } from '../pauses.ts';
import { canonicalRequest, createAnswerVerifier, type VerifiedAnswer } from '../verifying/answer.ts';
import type { Secrets } from '../verifying/keys.ts';
import { createExchange, type ExchangeOptions, type Spent } from './exchange.ts';
import { listOf, malformedAnswer, textOf } from './reading.ts';

/** Where and how to ask. */
export interface ServiceOptions extends ExchangeOptions {
  /** The merchant's own secret, with which answers are signed; several while it is rotated. */
  readonly merchantSecrets: Secrets;
  /** Seconds that the `asOf` of an answer may lie back; 600 unless said otherwise. */
  readonly maxAgeSeconds?: number;
}

/** How a transaction stands, as of a moment. */
export type Standing =
  | {
      readonly kind: 'ended';
      readonly asOf: string;
      readonly outcome: Outcome;
      /** Whether some notification of it is still being tried, or was given up. */
      readonly isOpen: boolean;
    }
  | { readonly kind: 'pending'; readonly asOf: string; readonly transactionId: string }
  | { readonly kind: 'unknown'; readonly asOf: string; readonly transactionId: string };

export interface Page<T> {
  readonly asOf: string;
  readonly items: readonly T[];
  /** Where the next page begins, or where the feed goes on; undefined at the end of a list. */
  readonly nextCursor: string | undefined;
  readonly hasMore: boolean;
}

/** A problem that the service states, signed as everything else. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly content: JsonObject;
}

/** Asks the service, and believes only what is signed, to the question, of this merchant, and not old. */
export interface Client {
  transaction(transactionId: string): Promise<Standing>;
  byReference(reference: string, cursor: string | undefined): Promise<Page<Standing>>;
  feed(from: { readonly cursor: string } | { readonly since: string }): Promise<Page<ListedOutcome>>;
  /** @returns false where there is nothing to acknowledge any more */
  acknowledge(key: { readonly transactionId: string; readonly version: number }): Promise<boolean>;
  /** Any question that is only read; a stated problem is a value. */
  read(path: string, parameters?: Parameters): Promise<VerifiedAnswer | Refusal>;
  /** What was spent so far. */
  readonly spent: Readonly<Spent>;
}

type Parameters = Readonly<Record<string, string>>;

const FEED_PAGE = '500';
/** Without a key of a merchant there is no secret to sign with, so these problems come unsigned. */
const KEY_CODES = new Set(['missing_key', 'invalid_key', 'insufficient_scope']);
/** States of a notification after which nobody waits for the receiver any more. */
const SETTLED = new Set(['delivered', 'acknowledged']);

export function createClient(
  options: ServiceOptions & {
    readonly merchantId: string;
    readonly now?: Now;
    readonly signal?: AbortSignal;
  },
): Client {
  const spent: Spent = { requests: 0, bytes: 0 };
  const exchange = createExchange(options, spent);
  const verifyAnswer = createAnswerVerifier(options);

  const ask = async (question: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly parameters?: Parameters;
    readonly body?: object;
  }): Promise<VerifiedAnswer | Refusal> => {
    const { method, body } = question;
    const request = canonicalRequest(method, question.path, question.parameters);
    const target = request.slice(method.length + 1);
    return exchange({ method, target, ...(body !== undefined && { body }) }, (raw) => {
      const answer = verified(raw, request);
      if (raw.status >= 200 && raw.status < 300) return answer;
      return { kind: 'refused', code: textOf(answer.content, 'code'), content: answer.content };
    });
  };

  /** What is signed is the service's; all else is nobody's, but for what it says of keys that it cannot sign for. */
  const verified = (raw: HttpAnswer, request: string): VerifiedAnswer => {
    const says = readServiceAnswer(raw);
    const isSigned = raw.headers.get(SIGNATURE_HEADER) !== null;
    if (!isSigned && says.kind === 'refused' && KEY_CODES.has(says.problem.code)) {
      throw new ReceiverFault('key_refused', `The service refuses the key: ${says.problem.code}.`);
    }
    if (!isSigned && says.kind === 'unclear' && !/json/i.test(raw.headers.get('content-type') ?? '')) {
      const message = 'It is not signed, and no answer of the service: does service.url name it?';
      throw new ReceiverFault('service_unavailable', message);
    }
    return fromAnswer(() => verifyAnswer(raw, request));
  };

  const read = (path: string, parameters?: Parameters) =>
    ask({ method: 'GET', path, ...(parameters !== undefined && { parameters }) });

  return {
    spent,
    read,

    async transaction(transactionId) {
      const path = `/v1/transactions/${transactionId}`;
      const answer = await read(path);
      if (!('kind' in answer)) return fromAnswer(() => standingOf(answer.content, answer.asOf));
      if (answer.code !== 'unknown_transaction') throw refused(path, answer);
      return { kind: 'unknown', asOf: textOf(answer.content, 'asOf'), transactionId };
    },

    async byReference(reference, cursor) {
      const answer = await read('/v1/transactions', { reference, ...(cursor !== undefined && { cursor }) });
      if ('kind' in answer) throw refused(`reference ${reference}`, answer);
      return pageOf(answer, (item) => standingOf(item, answer.asOf));
    },

    async feed(from) {
      const start = 'cursor' in from ? { cursor: from.cursor } : { from: from.since };
      const answer = await read('/v1/transactions', { ...start, limit: FEED_PAGE });
      if ('kind' in answer) throw refused('the feed', answer);
      return pageOf(answer, parseListedOutcome);
    },

    async acknowledge({ transactionId, version }) {
      const path = `/v1/transactions/${transactionId}/acknowledge`;
      const answer = await ask({ method: 'POST', path, body: { version } });
      return !('kind' in answer);
    },
  };
}

/** What cannot be read or believed of an answer is no refusal: the same may be asked again. */
function fromAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ReceiverFault)) throw cause;
    throw new ReceiverFault(cause.code, cause.message, { cause, retryable: true });
  }
}

export function refused(what: string, { code }: Refusal): ReceiverFault {
  return new ReceiverFault('request_refused', `The service refused ${what}: ${code}.`);
}

export function pageOf<T>({ asOf, content }: VerifiedAnswer, read: (item: JsonObject) => T): Page<T> {
  const { nextCursor, hasMore } = content;
  return {
    asOf,
    items: fromAnswer(() => listOf(content, 'items').map(read)),
    nextCursor: nextCursor === undefined ? undefined : textOf(content, 'nextCursor'),
    hasMore: hasMore === true,
  };
}

/**
 * Where to go on in a list, or undefined at its end.
 *
 * @throws ReceiverFault `malformed_body` where the list says that there is more, and not where
 */
export function nextOf(page: Page<unknown>, cursor: string | undefined): string | undefined {
  if (!page.hasMore) return undefined;
  if (page.nextCursor !== undefined && page.nextCursor !== cursor) return page.nextCursor;
  throw malformedAnswer('A list has more, and its cursor does not lead there.');
}

function standingOf(content: JsonObject, asOf: string): Standing {
  if (content.status === 'PENDING') {
    return { kind: 'pending', asOf, transactionId: textOf(content, 'transactionId') };
  }
  const states = listOf(content, 'notifications').map(({ state }) => state);
  return {
    kind: 'ended',
    asOf,
    outcome: parseOutcome(content),
    isOpen: states.some((state) => !SETTLED.has(String(state))),
  };
}
