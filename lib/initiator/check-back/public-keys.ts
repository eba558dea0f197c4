import type { KeyObject } from 'node:crypto';
import { isLoopback } from '../callback-url.ts';
import { InitiatorFault, invalidOption } from '../fault.ts';
import { isObject } from '../outcome.ts';
import { type Clock, system } from '../system.ts';
import { publicKeyOf } from './signature.ts';

/** Where the keys come from with which the service signs its checks. */
export interface PublicKeys {
  /** The keys; `isStale`: those that were given last did not sign a request. */
  get(options: { readonly isStale: boolean }): Promise<readonly KeyObject[]>;
}

/** Keys that were configured: `whpk_…`, more than one while the service changes its key. */
export function fixedPublicKeys(texts: readonly string[]): PublicKeys {
  if (texts.length === 0) throw invalidOption('publicKeys is empty.');
  const keys = texts.map(publicKeyOf);
  return { get: async () => keys };
}

/** Keys are asked for again when they are as old. */
const MAX_AGE_MS = 3_600_000;
/** A stranger's signatures must not make us ask without end. */
const MIN_AGE_MS = 60_000;
const TIMEOUT_MS = 5_000;
const MAX_KEYS = 16;

/**
 * The keys that the service publishes, asked for when they are needed, at most once a minute, and kept for an hour.
 *
 * @throws InitiatorFault `invalid_option`
 * @example publishedKeys({ baseUrl: 'https://tidings.example' })
 */
export function publishedKeys(options: {
  readonly baseUrl: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}): PublicKeys {
  const { fetch = globalThis.fetch, clock = system.clock } = options;
  const url = keysUrl(options.baseUrl);
  let known: { readonly keys: readonly KeyObject[]; readonly readAtMs: number } | undefined;
  let asking: Promise<readonly KeyObject[]> | undefined;

  async function ask(): Promise<readonly KeyObject[]> {
    const readAtMs = clock.now();
    const keys = await fetchKeys(fetch, url);
    known = { keys, readAtMs };
    return keys;
  }

  return {
    async get({ isStale }) {
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.now() - known.readAtMs);
      if (known !== undefined && ageMs < (isStale ? MIN_AGE_MS : MAX_AGE_MS)) return known.keys;
      // Requests that need the keys at the same moment share one question.
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
}

function keysUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  // Over plain http anybody on the way could put in a key of his own.
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === null || !isSafe) throw invalidOption('baseUrl is not an https URL (or http to this machine).');
  return `${url.href.replace(/\/+$/, '')}/v1/public-keys`;
}

/** @throws InitiatorFault `unavailable`: without keys nothing is known of a signature, so nothing is refused */
async function fetchKeys(fetch: typeof globalThis.fetch, url: string): Promise<readonly KeyObject[]> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = response.ok ? await response.json() : undefined;
    const keys = isObject(body) && Array.isArray(body.publicKeys) ? body.publicKeys : [];
    if (keys.length === 0) throw new Error(`The answer ${response.status} has no key.`);
    return keys.slice(0, MAX_KEYS).map((key) => publicKeyOf(String(key)));
  } catch (cause) {
    throw new InitiatorFault({
      code: 'unavailable',
      message: `The service's public keys cannot be read from ${url}: ${cause}`,
      retryable: true,
      cause,
    });
  }
}
