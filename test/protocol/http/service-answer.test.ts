import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../lib/api/contract/problems.ts';
import { isFinalCode, readServiceAnswer } from '../../../lib/protocol/http/service-answer.ts';

const read = (status: number, type: string, body: string) =>
  readServiceAnswer({ status, headers: new Headers({ 'content-type': type }), body: Buffer.from(body) });

describe('the rule that reads answers', () => {
  it('knows every code with which the service says "never", and none with which it says "not now"', () => {
    const codes = Object.entries(PROBLEMS).map(([code, [status]]) => ({ code, status }));
    const isTransient = ({ status }: { readonly status: number }) => status >= 500 || status === 429;
    expect(codes.filter((one) => !isTransient(one) && !isFinalCode(one.code))).toEqual([]);
    expect(codes.filter((one) => isTransient(one) && isFinalCode(one.code))).toEqual([]);
  });

  it('accepts "never" only from the service: content type and code decide, for any status', () => {
    for (let status = 200; status < 600; status += 1) {
      for (const type of ['text/html', 'application/json', 'application/problem+json']) {
        for (const code of ['invalid_amount', 'unavailable', 'brand_new']) {
          const { kind } = read(status, type, JSON.stringify({ code, status }));
          const isFinal = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
          const isOurs = type === 'application/problem+json' && code === 'invalid_amount';
          expect([status, type, code, kind === 'refused']).toEqual([status, type, code, isFinal && isOurs]);
        }
      }
    }
  });

  it('reads a content type in any case, with any parameters', () => {
    expect(read(200, 'Application/JSON ; charset=UTF-8', '{}').kind).toBe('content');
    expect(read(400, 'application/problem+json;charset=utf-8', '{"code":"invalid_id"}').kind).toBe('refused');
  });

  it('says the status and the content type of what it does not understand', () => {
    expect(read(502, 'text/html', '<html>')).toEqual({
      kind: 'unclear',
      code: 'unavailable',
      why: 'status 502 (text/html)',
    });
  });
});
