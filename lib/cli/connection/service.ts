import { repeatedly, retryAfterMs, type Tried } from '../../protocol/http/repeating.ts';
import { readServiceAnswer } from '../../protocol/http/service-answer.ts';
import { type Exchanged, exchange, type ServiceRequest } from '../../protocol/http/transport.ts';
import { MERCHANT_ID, matches } from '../../protocol/id-forms.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { systemPauses } from '../../receiver/pauses.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import { refusal } from './refusal.ts';
import type { Connection, OtherScope } from './settings.ts';
import { withSimilarIds } from './similar-ids.ts';
import { withUnknownMerchant } from './unknown-merchant.ts';

/** The API of the service, as commands use it. */
export interface Service {
  readonly connection: Connection;
  /**
   * Sends a request and returns the content of the answer.
   *
   * @throws CommandFailure `refused` if the service refused, `unreachable` if it did not answer
   */
  ask(question: Question): Promise<JsonObject>;
  /** The elements of a list, page by page. */
  pages(list: List): AsyncIterable<readonly JsonObject[]>;
  /** What the key is and may do. */
  whoAmI(): Promise<Caller>;
  /**
   * The path of a merchant's resource: `/v1/windows` with a key of the merchant, `/v1/merchants/shop/windows` with an
   * admin's key.
   *
   * @throws CommandFailure if an admin named no merchant
   */
  pathOfMerchant(path: string): Promise<string>;
  /**
   * The merchant that the command is about: the key's own, or the one that an admin named.
   *
   * @throws CommandFailure if an admin named none, or a merchant's key another one
   */
  merchantId(): Promise<string>;
  /** What a command about the same merchant needs after it: ` --merchant shop`, or nothing if it would be about it anyway. */
  merchantOption(): string;
  /** The service with the key of another scope, where the connection has one. Otherwise this one. */
  as(scope: OtherScope): Service;
  /** The service with requests that Ctrl-C does not cut off, for answers that are given once, such as secrets. */
  uninterrupted(): Service;
}

interface Caller {
  readonly scope: string;
  readonly merchantId?: string;
  readonly content: JsonObject;
}

type Parameters = Readonly<Record<string, string | undefined>>;

export interface Question {
  readonly method: ServiceRequest['method'];
  /** Without a query: `/v1/keys`. */
  readonly path: string;
  readonly parameters?: Parameters;
  readonly body?: object;
  /** Whether a repetition has no further effect. Default: by the method, as HTTP defines it. */
  readonly isIdempotent?: boolean;
}

interface List {
  readonly path: string;
  /** The field of the answer that holds the elements. */
  readonly field: string;
  readonly parameters?: Parameters;
  /** Elements at most. Default: all. */
  readonly limit?: number;
  /** Gets the rest of each answer. */
  readonly onAnswer?: (answer: JsonObject) => void;
}

export interface ServicePorts {
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly signal?: AbortSignal;
  /** Called once, if a command is about a merchant that nobody named for it. */
  readonly onDefaultMerchant?: (merchantId: string) => void;
}

const TIMEOUT_MS = 30_000;
const TRIES = 4;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_RETRY_AFTER_MS = 10_000;
const IDEMPOTENT = new Set<string>(['GET', 'PUT', 'DELETE']);

export function openService(connection: Connection, ports: ServicePorts = {}): Service {
  const { fetch } = ports;
  const ask = async (question: Question) => {
    try {
      return await askService(connection, question, ports);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      const read = (path: string, parameters: Parameters = {}) =>
        askService(connection, { method: 'GET', path, parameters }, ports);
      const failure = await withUnknownMerchant(error, question.path, read);
      throw await withSimilarIds(failure, question.path, read);
    }
  };
  let caller: Promise<Caller> | undefined;
  const whoAmI = () => {
    caller ??= ask({ method: 'GET', path: '/v1/whoami' })
      .then(callerOf)
      .catch((error: unknown) => {
        // The next question asks again: the service may be back by then.
        caller = undefined;
        throw error;
      });
    return caller;
  };
  const onDefault = defaultTeller(connection, ports);
  const merchantId = async () => {
    const id = merchantOf(await whoAmI(), connection);
    onDefault();
    return id;
  };
  const service: Service = {
    connection,
    ask,
    whoAmI,
    pages: (list) => pagesOf(ask, list),
    merchantId,
    merchantOption: () => optionOf(connection),
    as: (scope) => {
      const key = connection.others?.[scope];
      if (key === undefined) return service;
      // The receiver's key is the default merchant's own, so every question with it is about that one.
      if (scope === 'receiver') onDefault();
      return openService({ ...connection, key, others: {} }, { ...ports, onDefaultMerchant: onDefault });
    },
    uninterrupted: () => openService(connection, fetch === undefined ? {} : { fetch }),
    async pathOfMerchant(path) {
      const [{ scope }, id] = [await whoAmI(), await merchantId()];
      return scope === 'admin' ? `/v1/merchants/${id}${path}` : `/v1${path}`;
    },
  };
  return service;
}

function optionOf({ merchantId, isMerchantDefault }: Connection): string {
  return merchantId === undefined || isMerchantDefault === true ? '' : ` --merchant ${merchantId}`;
}

/** Tells once that the merchant is a default. */
function defaultTeller(
  { merchantId, isMerchantDefault }: Connection,
  { onDefaultMerchant }: ServicePorts,
): () => void {
  let isTold = merchantId === undefined || isMerchantDefault !== true;
  return () => {
    if (!isTold) onDefaultMerchant?.(merchantId ?? '');
    isTold = true;
  };
}

/** Which merchant a command is about. Ids of merchants need no escape in a path; others are refused here. */
function merchantOf({ merchantId: own }: Caller, { merchantId: named }: Connection): string {
  if (named !== undefined && !matches(MERCHANT_ID, named)) {
    throw usageFailure(`${named} is no merchant's id: 1 to 64 letters, digits, _ or -.`);
  }
  if (own !== undefined && named !== undefined && named !== own) {
    throw usageFailure(
      `This key belongs to merchant ${own}, not to ${named}.`,
      `Leave out --merchant, or use a key of ${named}: tidings keys create receiver --merchant ${named}`,
    );
  }
  const id = own ?? named;
  if (id !== undefined) return id;
  throw usageFailure(
    'This key is for all merchants, so the command needs to know which one it is about.',
    'Pass --merchant ID. tidings merchants list shows them.',
  );
}

function callerOf(content: JsonObject): Caller {
  const { scope, merchantId } = content;
  return {
    scope: typeof scope === 'string' ? scope : '',
    ...(typeof merchantId === 'string' && { merchantId }),
    content,
  };
}

async function* pagesOf(ask: Service['ask'], list: List): AsyncIterable<readonly JsonObject[]> {
  const { path, field, parameters, limit = Number.POSITIVE_INFINITY, onAnswer } = list;
  let cursor: string | undefined;
  let left = limit;
  do {
    const answer = await ask({ method: 'GET', path, parameters: { ...parameters, cursor } });
    onAnswer?.(answer);
    const found: unknown = answer[field];
    if (!Array.isArray(found)) throw noService(`GET ${path} gave no ${field}`);
    const rows = found.filter(isObject).slice(0, left);
    left -= rows.length;
    yield rows;
    const next: unknown = answer.nextCursor;
    // A list that repeats its cursor would never end.
    cursor = typeof next === 'string' && next !== cursor && answer.hasMore !== false ? next : undefined;
  } while (cursor !== undefined && left > 0);
}

async function askService(
  connection: Connection,
  question: Question,
  { fetch = globalThis.fetch, signal }: ServicePorts,
): Promise<JsonObject> {
  const { method, path, parameters, body, isIdempotent = IDEMPOTENT.has(method) } = question;
  const target = `${path}${queryOf(parameters)}`;
  const request: ServiceRequest = {
    method,
    path: target,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const http = {
    baseUrl: connection.api,
    headers: { authorization: `Bearer ${connection.key}`, accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    fetch,
  };
  const pauses = systemPauses;
  return repeatedly({ pauses, maxTries: isIdempotent ? TRIES : 1, signal }, async () =>
    understood(await exchange(http, request, signal), connection, `${method} ${path}`),
  );
}

function queryOf(parameters: Parameters = {}): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** @throws CommandFailure if the service refused. What may pass is a fault of this try. */
function understood(exchanged: Exchanged, connection: Connection, what: string): Tried<JsonObject> {
  if (exchanged.kind === 'too_long') throw noService(`${what} answered with more than 8 MB`);
  if (exchanged.kind !== 'answered') {
    const why = exchanged.kind === 'timeout' ? 'did not answer in 30 s' : 'cannot be reached';
    return { fault: unreachable(connection, why, exchanged.cause) };
  }
  const { answer } = exchanged;
  if (answer.status === 204) return { result: {} };
  const read = readServiceAnswer(answer);
  if (read.kind === 'content') return { result: read.json };
  if (read.kind === 'refused') throw refusal(read.json);
  const wait = retryAfterMs(answer.headers.get('retry-after'), Date.now()) ?? 0;
  if (answer.status >= 300 && answer.status < 500 && answer.status !== 429) {
    throw noService(`${what} answered ${read.why}`);
  }
  return {
    fault: unreachable(connection, `answered ${what} with ${read.why}`, undefined),
    retryAfterMs: Math.min(wait, MAX_RETRY_AFTER_MS),
  };
}

function unreachable(connection: Connection, why: string, cause: unknown): CommandFailure {
  const hint =
    'Is it running, and is this its address? On this machine, npm start runs it. tidings whoami shows what is used.';
  const message = `${connection.api} ${why}${reasonOf(cause)}.`;
  return new CommandFailure(EXIT.unreachable, 'unreachable', message, { hint, cause });
}

/** The innermost reason that the platform gives, such as `ECONNREFUSED`. */
function reasonOf(cause: unknown): string {
  let reason = '';
  for (let fault = cause; fault instanceof Error; fault = fault.cause) {
    const { code } = fault as NodeJS.ErrnoException;
    if (typeof code === 'string') reason = ` (${code})`;
  }
  return reason;
}

function noService(what: string): CommandFailure {
  return new CommandFailure(EXIT.unreachable, 'not_the_service', `${what}: this is no answer of Tidings.`, {
    hint: 'Is the address right, and is no proxy in the way?',
  });
}
