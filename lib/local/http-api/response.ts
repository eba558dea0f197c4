import { isObject } from '../template/json-object.ts';

/** An HTTP answer, ready to be written. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/**
 * Interprets a function's result. A result with a `statusCode` is a structured response. Anything else is the body of
 * a 200, as JSON (a string unchanged).
 * @throws TypeError for a structured response that API Gateway rejects as malformed
 */
export function readResult(result: unknown): HttpAnswer {
  if (!isObject(result) || result.statusCode === undefined) {
    const text = typeof result === 'string' ? result : JSON.stringify(result);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }
  const statusCode = Number(result.statusCode);
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) {
    throw new TypeError(`The function's response has no valid statusCode: ${statusCode}.`);
  }
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(isObject(result.headers) ? result.headers : {})) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value);
  }
  if (Array.isArray(result.cookies)) headers['set-cookie'] = result.cookies.map(String);
  if (headers['content-type'] === undefined && statusCode !== 204)
    headers['content-type'] = 'text/plain;charset=utf-8';
  const { body } = result;
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw new TypeError("The body of the function's response is no string.");
  }
  return {
    statusCode,
    headers,
    body: Buffer.from(body ?? '', result.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** An answer that API Gateway generates itself. */
export function gatewayMessage(statusCode: number, message: string): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}
