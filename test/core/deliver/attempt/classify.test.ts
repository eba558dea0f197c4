import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify } from '../../../../lib/core/deliver/attempt/classify.ts';
import type { Exchange, ExchangeError } from '../../../../lib/core/deliver/attempt/sender.ts';

const attemptAtMs = Date.parse('2026-11-20T08:00:00Z');

type Answer = Partial<Omit<Extract<Exchange, { kind: 'response' }>, 'kind'>>;

function response(statusCode: number, answer: Answer = {}): Exchange {
  return { kind: 'response', statusCode, body: '', durationMs: 12, ...answer };
}

function failure(code: ExchangeError): Exchange {
  return { kind: 'error', code, durationMs: 12 };
}

describe('a status', () => {
  test.each([
    [200, { result: 'delivered', statusCode: 200 }],
    [201, { result: 'delivered', statusCode: 201 }],
    [204, { result: 'delivered', statusCode: 204 }],
    [299, { result: 'delivered', statusCode: 299 }],
    [300, { result: 'failed', code: 'redirect', statusCode: 300 }],
    [301, { result: 'failed', code: 'redirect', statusCode: 301 }],
    [307, { result: 'failed', code: 'redirect', statusCode: 307 }],
    [399, { result: 'failed', code: 'redirect', statusCode: 399 }],
    [400, { result: 'failed', code: 'http_client_error', statusCode: 400 }],
    [404, { result: 'failed', code: 'http_client_error', statusCode: 404 }],
    [409, { result: 'failed', code: 'http_client_error', statusCode: 409 }],
    [410, { result: 'gone', statusCode: 410 }],
    [429, { result: 'failed', code: 'http_client_error', statusCode: 429 }],
    [499, { result: 'failed', code: 'http_client_error', statusCode: 499 }],
    [500, { result: 'failed', code: 'http_server_error', statusCode: 500 }],
    [503, { result: 'failed', code: 'http_server_error', statusCode: 503 }],
    [599, { result: 'failed', code: 'http_server_error', statusCode: 599 }],
    [600, { result: 'failed', code: 'unexpected_status', statusCode: 600 }],
    [999, { result: 'failed', code: 'unexpected_status', statusCode: 999 }],
    [199, { result: 'failed', code: 'unexpected_status', statusCode: 199 }],
    [101, { result: 'failed', code: 'unexpected_status', statusCode: 101 }],
    [0, { result: 'failed', code: 'unexpected_status', statusCode: 0 }],
  ])('of %i has its meaning', (statusCode, expected) => {
    expect(classify(response(statusCode), { attemptAtMs })).toEqual(expected);
  });

  test('is delivered for 2xx and never for anything else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.string(), (statusCode, body) => {
        const { result } = classify(response(statusCode, { body }), { attemptAtMs });
        return (result === 'delivered') === (statusCode >= 200 && statusCode <= 299);
      }),
    );
  });
});

describe('a broken exchange', () => {
  test.each([
    'dns_failed',
    'connection_failed',
    'connection_reset',
    'tls_failed',
    'timeout',
    'invalid_response',
    'headers_too_large',
  ] as const)('keeps its code %s', (code) => {
    expect(classify(failure(code), { attemptAtMs })).toEqual({ result: 'failed', code });
  });

  test('is refused, not failed, where the guard let nothing out', () => {
    expect(classify(failure('address_refused'), { attemptAtMs })).toEqual({
      result: 'refused',
      code: 'address_refused',
    });
  });
});

describe('the expected body', () => {
  test.each([
    ['success', 'success', true],
    [' \r\nsuccess\n', 'success', true],
    ['success', ' success ', true],
    ['fail', 'success', false],
    ['SUCCESS', 'success', false],
    ['"success"', 'success', false],
    ['unsuccessful', 'success', false],
    ['success: false', 'success', false],
    ['', 'success', false],
  ])('%j against %j: delivered is %s', (body, expectBody, isDelivered) => {
    expect(classify(response(200, { body }), { attemptAtMs, expectBody })).toEqual(
      isDelivered
        ? { result: 'delivered', statusCode: 200 }
        : { result: 'failed', code: 'unexpected_body', statusCode: 200 },
    );
  });

  test('may be one of several', () => {
    const accepted = { attemptAtMs, expectBody: ['success', 'ok'] };
    for (const [body, result] of [
      ['success', 'delivered'],
      [' ok', 'delivered'],
      ['success ok', 'failed'],
      ['', 'failed'],
    ] as const) {
      expect(classify(response(200, { body }), accepted).result).toBe(result);
    }
  });

  test('is not met by a body whose end was not read', () => {
    const answer = response(200, { body: `success${' '.repeat(16_377)}`, bodyTruncated: true });
    expect(classify(answer, { attemptAtMs, expectBody: 'success' }).result).toBe('failed');
    expect(classify(answer, { attemptAtMs }).result).toBe('delivered');
  });

  test('does not turn another status into a delivery', () => {
    expect(classify(response(500, { body: 'success' }), { attemptAtMs, expectBody: 'success' })).toEqual({
      result: 'failed',
      code: 'http_server_error',
      statusCode: 500,
    });
    expect(classify(response(410, { body: 'success' }), { attemptAtMs, expectBody: 'success' }).result).toBe(
      'gone',
    );
  });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120],
    [' 120 ', 120],
    ['99999999999999999999999999', Number.MAX_SAFE_INTEGER],
    ['Fri, 20 Nov 2026 08:02:00 GMT', 120],
    ['Friday, 20-Nov-26 08:02:00 GMT', 120],
    ['Fri Nov 20 08:02:00 2026', 120],
    ['Tue Dec  1 08:00:00 2026', 11 * 86_400],
    ['Fri, 20 Nov 2026 07:59:00 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Thu, 31 Dec 2026 23:59:60 GMT', 41 * 86_400 + 16 * 3_600],
    ['Tue, 29 Feb 2028 08:00:00 GMT', 466 * 86_400],
  ])('of %j asks for %i seconds', (retryAfter, retryAfterSeconds) => {
    for (const statusCode of [429, 503]) {
      expect(classify(response(statusCode, { retryAfter }), { attemptAtMs })).toMatchObject({
        result: 'failed',
        statusCode,
        retryAfterSeconds,
      });
    }
  });

  test('with a fraction of a second left waits the whole second', () => {
    const answer = response(503, { retryAfter: 'Fri, 20 Nov 2026 08:02:00 GMT' });
    expect(classify(answer, { attemptAtMs: attemptAtMs + 1 })).toMatchObject({ retryAfterSeconds: 120 });
  });

  test.each([
    '',
    'soon',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '12 34',
    '120, 240',
    '2026-11-20T08:02:00Z',
    'Fri, 20 Nov 2026 08:02:00',
    'Fri, 20 Nov 2026 08:02:00 PST',
    'Fri, 31 Nov 2026 08:02:00 GMT',
    'Mon, 29 Feb 2027 08:00:00 GMT',
    'Fri, 00 Nov 2026 08:02:00 GMT',
    'Fri, 20 Nov 2026 24:02:00 GMT',
    'Fri, 20 Nov 2026 08:60:00 GMT',
    'Fri, 20 Nov 2026 08:02:61 GMT',
    'Fri, 20 Abc 2026 08:02:00 GMT',
    'Xyz, 20 Nov 2026 08:02:00 GMT',
  ])('of %j is malformed and ignored', (retryAfter) => {
    expect(classify(response(503, { retryAfter }), { attemptAtMs })).toEqual({
      result: 'failed',
      code: 'http_server_error',
      statusCode: 503,
    });
  });

  test.each([200, 204, 301, 400, 404, 408, 500, 502, 504])('counts for nothing on %i', (statusCode) => {
    expect(classify(response(statusCode, { retryAfter: '120' }), { attemptAtMs })).not.toHaveProperty(
      'retryAfterSeconds',
    );
  });

  test('never makes more than a whole, non-negative number of seconds of any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.date({ noInvalidDate: true }).map(String)), (retryAfter) => {
        const result = classify(response(429, { retryAfter }), { attemptAtMs });
        const seconds = 'retryAfterSeconds' in result ? result.retryAfterSeconds : undefined;
        return seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 0);
      }),
    );
  });

  test('reads every date that JavaScript writes as an HTTP date', () => {
    const from = new Date('2026-11-20T08:00:00Z');
    const dates = fc.date({ min: from, max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        const result = classify(response(429, { retryAfter: date.toUTCString() }), { attemptAtMs });
        const expected = Math.floor(date.getTime() / 1_000) - attemptAtMs / 1_000;
        return 'retryAfterSeconds' in result && result.retryAfterSeconds === expected;
      }),
    );
  });
});
