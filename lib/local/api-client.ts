/** A small HTTP client for the API, with the calls that an initiator or an operator would make. */

/** An answer of the API, with its body as text and parsed. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: the callers are people's first steps, not a typed client.
  readonly json: any;
}

/** Sends one request such as `GET /v1/transactions/pay_1` with the given API key. */
export type Api = (key: string, request: string, body?: object) => Promise<ApiAnswer>;

const TIMEOUT_MS = 30_000;

/**
 * Creates a client for the API at `url`.
 * @example const answer = await api(key, 'GET /v1/transactions/pay_1');
 */
export function createApi(url: string): Api {
  return async (key, request, body) => {
    const [method = 'GET', path = '/'] = request.split(' ');
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      headers: Object.fromEntries(response.headers),
      json: text === '' ? undefined : JSON.parse(text),
    };
  };
}

/**
 * Returns the answer if its status is one of `statuses`.
 * @throws Error with the problem document otherwise
 */
export function expectStatus(answer: ApiAnswer, ...statuses: readonly number[]): ApiAnswer {
  if (!statuses.includes(answer.status)) throw new Error(`The API answered ${answer.status}: ${answer.text}`);
  return answer;
}
