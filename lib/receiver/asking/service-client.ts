import { type HttpAnswer, readServiceAnswer } from '../../protocol/http/service-answer.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { SIGNATURE_HEADER } from '../../protocol/signing/signed-headers.ts';
import { type ListedOutcome, type Outcome, parseListedOutcome, parseOutcome } from '../outcome.ts';
import type { Now } from '../pauses.ts';
import { ReceiverFault } from '../receiver-fault.ts';
import { canonicalRequest, createAnswerVerifier, type VerifiedAnswer } from '../verifying/answer.ts';
import type { Secrets } from '../verifying/keys.ts';
import { createExchange, type ExchangeOptions, type Spent } from './exchange.ts';
import { listOf, malformedAnswer, textOf } from './reading.ts';

/** How to reach the service and verify its answers. */
export interface ServiceOptions extends ExchangeOptions {
  /** The merchant's own secret. Answers are signed with a key derived from it. Several during a rotation. */
  readonly merchantSecrets: Secrets;
  /** Maximum age of an answer's `asOf` in seconds; default: 600. */
  readonly maxAgeSeconds?: number;
  /**
   * The receiver's endpoint, whose notifications are acknowledged. Needed if the merchant has endpoints of several systems: default is all
   * of its endpoints, and the service sends no more to any of them.
   */
  readonly endpointId?: string;
}

/** The state of a transaction at `asOf`. */
export type TransactionAnswer =
  | {
      readonly kind: 'ended';
      readonly asOf: string;
      readonly outcome: Outcome;
      /** Whether at least one of its notifications, to this endpoint, is neither delivered nor acknowledged: still being tried, or given up. */
      readonly isOpen: boolean;
    }
  | { readonly kind: 'pending'; readonly asOf: string; readonly transactionId: string }
  | { readonly kind: 'unknown'; readonly asOf: string; readonly transactionId: string };

export interface Page<T> {
  readonly asOf: string;
  readonly items: readonly T[];
  /** Cursor of the next page, or of the feed's continuation; undefined at the end of a list. */
  readonly nextCursor: string | undefined;
  readonly hasMore: boolean;
}

/** A problem that the service states in a signed answer. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly content: JsonObject;
}

/**
 * Asks the service. It accepts an answer only if it is signed, answers this question, belongs to this merchant and is
 * recent.
 */
export interface Client {
  transaction(transactionId: string): Promise<TransactionAnswer>;
  byReference(reference: string, cursor: string | undefined): Promise<Page<TransactionAnswer>>;
  /** The first page of the feed: what was listed from a time on. */
  feedFrom(time: string): Promise<Page<ListedOutcome>>;
  /** @returns undefined if the service no longer keeps what follows the cursor */
  feedAfter(cursor: string): Promise<Page<ListedOutcome> | undefined>;
  /** @returns false if the service refused, because there is nothing left to acknowledge */
  acknowledge(key: { readonly transactionId: string; readonly version: number }): Promise<boolean>;
  /** Sends any GET request. A problem that the service states is a value, not a fault. */
  read(path: string, parameters?: Parameters): Promise<VerifiedAnswer | Refusal>;
  /** Requests and bytes so far. */
  readonly spent: Readonly<Spent>;
}

type Parameters = Readonly<Record<string, string>>;

const FEED_PAGE = '500';
/** Problems that arrive unsigned: without a valid merchant key, the service has no secret to sign with. */
const KEY_CODES = new Set(['missing_key', 'invalid_key', 'insufficient_scope']);
/** Final states of a notification: the service no longer waits for the receiver. */
const SETTLED = new Set(['delivered', 'acknowledged']);

export function createClient(
  options: ServiceOptions & {
    readonly merchantId: string;
    readonly now?: Now;
    readonly signal?: AbortSignal;
  },
): Client {
  const spent: Spent = { requests: 0, bytes: 0 };
  const { endpointId } = options;
  const answerOf = (content: JsonObject, asOf: string) => transactionAnswer(content, { asOf, endpointId });
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

  /** Accepts only signed answers. The exception: problems about keys, for which the service cannot sign. */
  const verified = (raw: HttpAnswer, request: string): VerifiedAnswer => {
    const parsed = readServiceAnswer(raw);
    const isSigned = raw.headers.get(SIGNATURE_HEADER) !== null;
    if (!isSigned && parsed.kind === 'refused' && KEY_CODES.has(parsed.problem.code)) {
      throw new ReceiverFault('key_refused', `The service refused the key: ${parsed.problem.code}.`);
    }
    if (!isSigned && parsed.kind === 'unclear' && !/json/i.test(raw.headers.get('content-type') ?? '')) {
      const message = 'The answer is not signed and not from the service. Is service.url correct?';
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
      if (!('kind' in answer)) return fromAnswer(() => answerOf(answer.content, answer.asOf));
      if (answer.code !== 'unknown_transaction') throw refused(path, answer);
      return { kind: 'unknown', asOf: textOf(answer.content, 'asOf'), transactionId };
    },

    async byReference(reference, cursor) {
      const answer = await read('/v1/transactions', { reference, ...(cursor !== undefined && { cursor }) });
      if ('kind' in answer) throw refused(`reference ${reference}`, answer);
      return pageOf(answer, (item) => answerOf(item, answer.asOf));
    },

    async feedFrom(time) {
      return feedPage(await read('/v1/transactions', { from: time, limit: FEED_PAGE }));
    },

    async feedAfter(cursor) {
      const answer = await read('/v1/transactions', { cursor, limit: FEED_PAGE });
      return 'kind' in answer && answer.code === 'cursor_expired' ? undefined : feedPage(answer);
    },

    async acknowledge({ transactionId, version }) {
      const path = `/v1/transactions/${transactionId}/acknowledge`;
      const body = { version, ...(endpointId !== undefined && { endpointId }) };
      const answer = await ask({ method: 'POST', path, body });
      return !('kind' in answer);
    },
  };
}

/** Makes every fault of reading or verifying an answer retryable, because it is not a refusal by the service. */
function fromAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ReceiverFault)) throw cause;
    throw new ReceiverFault(cause.code, cause.message, { cause, retryable: true });
  }
}

function feedPage(answer: VerifiedAnswer | Refusal): Page<ListedOutcome> {
  if ('kind' in answer) throw refused('the feed', answer);
  return pageOf(answer, parseListedOutcome);
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
 * The cursor of the next page, or undefined at the end of the list.
 *
 * @throws ReceiverFault `malformed_body` if `hasMore` is true, but the cursor is missing or did not advance
 */
export function nextOf(page: Page<unknown>, cursor: string | undefined): string | undefined {
  if (!page.hasMore) return undefined;
  if (page.nextCursor !== undefined && page.nextCursor !== cursor) return page.nextCursor;
  throw malformedAnswer('The list has more items, but its cursor is missing or did not advance.');
}

function transactionAnswer(
  content: JsonObject,
  { asOf, endpointId }: { readonly asOf: string; readonly endpointId: string | undefined },
): TransactionAnswer {
  if (content.status === 'PENDING') {
    return { kind: 'pending', asOf, transactionId: textOf(content, 'transactionId') };
  }
  const awaited = listOf(content, 'notifications').filter(
    (one) => endpointId === undefined || one.endpointId === endpointId,
  );
  return {
    kind: 'ended',
    asOf,
    outcome: parseOutcome(content),
    isOpen: awaited.some(({ state }) => !SETTLED.has(String(state))),
  };
}
