import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** One request of the load generator. */
interface LoadRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface LoadAnswer {
  readonly status: number;
  readonly text: string;
}

/** A keep-alive HTTP client that costs the generator little. */
export interface LoadClient {
  /** Sends a request. Repeats it while the service is overloaded (429 or 503), as an initiator would. */
  send(request: LoadRequest): Promise<LoadAnswer>;
  /** How often requests were repeated so far. */
  readonly repeated: number;
  close(): Promise<void>;
}

const BUSY = new Set([429, 503]);
const MAX_TRIES = 50;
const PAUSE_MS = 50;
const TIMEOUT_MS = 120_000;

export function createLoadClient(): LoadClient {
  const connections = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  let repeated = 0;
  return {
    get repeated() {
      return repeated;
    },
    async send({ url, ...options }) {
      for (let tries = 1; ; tries += 1) {
        const { statusCode, body } = await request(url, { ...options, dispatcher: connections });
        const text = await body.text();
        if (!BUSY.has(statusCode) || tries === MAX_TRIES) return { status: statusCode, text };
        repeated += 1;
        await sleep(PAUSE_MS);
      }
    },
    close: () => connections.close(),
  };
}
