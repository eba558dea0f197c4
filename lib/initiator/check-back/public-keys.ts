import type { KeyObject } from 'node:crypto';
import { readServiceAnswer } from '../../protocol/http/service-answer.ts';
import { type Connection, exchange } from '../../protocol/http/transport.ts';
import type { Clock } from '../../protocol/runtime/clock.ts';
import { system } from '../../protocol/runtime/machine.ts';
import {
  functionProblem,
  functionsProblem,
  namedTexts,
  optionsProblem,
  serviceUrlProblem,
  textProblem,
} from '../../protocol/runtime/option-rules.ts';
import { publicKeyOf } from '../../protocol/signing/webhook-keys.ts';
import { assertOptions, InitiatorFault, invalidOption } from '../fault.ts';

/** A source of the service's public keys, which verify its checks. */
export interface PublicKeys {
  /** Returns the keys. `isStale`: a signature did not match the keys that were returned last. */
  get(options: { readonly isStale: boolean }): Promise<readonly KeyObject[]>;
}

/** Configured keys: `whpk_…`, several while the service rotates its key. */
export function fixedPublicKeys(texts: string | readonly string[]): PublicKeys {
  const named = namedTexts('publicKeys', texts);
  if (named.length === 0) throw invalidOption('publicKeys is empty. Is its environment variable set?');
  const keys = named.map(([name, text]) => checkedPublicKey(name, text));
  return { get: async () => keys };
}

/**
 * @param name of the option, for the message
 * @throws InitiatorFault `invalid_option` unless it is `whpk_` and 32 bytes in base64
 */
function checkedPublicKey(name: string, text: unknown): KeyObject {
  assertOptions([textProblem(name, text)]);
  const key = publicKeyOf(String(text));
  if (key === undefined) throw invalidOption(`${name} must be whpk_ and 32 bytes in base64.`);
  return key;
}

/** Age after which keys are fetched again. */
const MAX_AGE_MS = 3_600_000;
/** Minimum time between two fetches, whether they succeed or not, so that forged signatures cannot cause a flood of requests. */
const MIN_PAUSE_MS = 60_000;
/** The same while no keys are known. It is shorter, because until then no check can be answered. */
const MIN_PAUSE_WITHOUT_KEYS_MS = 10_000;
const PATH = '/v1/public-keys';
const TIMEOUT_MS = 5_000;
const MAX_KEYS = 16;
const MAX_ANSWER_BYTES = 64 * 1024;

export interface PublishedKeysOptions {
  /** Base URL of the service's API: https, or http to this machine. Over plain http, anyone could insert a key. */
  readonly baseUrl: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

/**
 * The keys that the service publishes. They are fetched on demand, at most once a minute, and cached for an hour. If the service
 * cannot be reached, the keys that are known stay in use, also after the hour. Calls that wait for keys because these do not fit
 * throw `unavailable`. While none are known, all calls throw it, and the keys are fetched at most every ten seconds.
 *
 * @throws InitiatorFault `invalid_option`
 * @example publishedKeys({ baseUrl: 'https://tidings.example' })
 */
export function publishedKeys(options: PublishedKeysOptions): PublicKeys {
  assertOptions([optionsProblem('publishedKeys', options)]);
  const { baseUrl, fetch = globalThis.fetch, clock = system.clock } = options;
  assertOptions([
    serviceUrlProblem('baseUrl', baseUrl),
    functionProblem('fetch', fetch),
    functionsProblem('clock', clock, ['now']),
  ]);
  const url = new URL(baseUrl).href.replace(/\/+$/, '');
  let known: { readonly keys: readonly KeyObject[]; readonly readAtMs: number } | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let asking: Promise<readonly KeyObject[]> | undefined;
  const ageOf = (atMs: number) => Math.abs(clock.now() - atMs);

  async function ask(): Promise<readonly KeyObject[]> {
    const readAtMs = clock.now();
    triedAtMs = readAtMs;
    try {
      const keys = await fetchKeys(fetch, url);
      known = { keys, readAtMs };
      return keys;
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  return {
    async get({ isStale }) {
      if (!isStale && known !== undefined && ageOf(known.readAtMs) < MAX_AGE_MS) return known.keys;
      const pauseMs = known === undefined ? MIN_PAUSE_WITHOUT_KEYS_MS : MIN_PAUSE_MS;
      if (asking === undefined && ageOf(triedAtMs) < pauseMs) {
        if (known === undefined) throw failure;
        return known.keys;
      }
      // Concurrent requests share one fetch.
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking.catch((error: unknown) => {
        if (isStale || known === undefined) throw error;
        return known.keys;
      });
    },
  };
}

/** @throws InitiatorFault `unavailable`: without keys a signature cannot be judged, so nothing is refused */
async function fetchKeys(fetch: Connection['fetch'], baseUrl: string): Promise<readonly KeyObject[]> {
  try {
    const connection = {
      baseUrl,
      headers: {},
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      fetch,
    };
    const exchanged = await exchange(connection, { method: 'GET', path: PATH });
    if (exchanged.kind === 'too_long')
      throw new Error(`The answer is longer than ${MAX_ANSWER_BYTES} bytes.`);
    if (exchanged.kind !== 'answered') throw exchanged.cause;
    const parsed = readServiceAnswer(exchanged.answer);
    if (parsed.kind === 'unclear') throw new Error(parsed.why);
    const keys =
      parsed.kind === 'content' && Array.isArray(parsed.json.publicKeys) ? parsed.json.publicKeys : [];
    if (keys.length === 0) throw new Error(`The answer, status ${exchanged.answer.status}, contains no key.`);
    return keys.slice(0, MAX_KEYS).map((key) => checkedPublicKey('publicKeys', key));
  } catch (cause) {
    throw new InitiatorFault({
      code: 'unavailable',
      message: `Reading the service's public keys from ${baseUrl}${PATH} failed: ${cause}`,
      retryable: true,
      cause,
    });
  }
}
