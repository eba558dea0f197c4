import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../lib/local/aws/authentication.ts';
import { AwsFault } from '../../../lib/local/aws/aws-fault.ts';
import { headOf } from '../../../lib/local/aws/request-head.ts';

const KEY = { accessKeyId: 'LOCAL1', secretAccessKey: 'secret' };
const DATE = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
const SCOPE = `LOCAL1/${DATE.slice(0, 8)}/us-east-1/sqs/aws4_request`;
const header = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
const link = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(SCOPE)}&X-Amz-Date=${DATE}&X-Amz-Expires=60&X-Amz-SignedHeaders=host`;

/** What the check says of a request with this target and `authorization` header. */
function codeOf(target: string | undefined, authorization?: string): string {
  const headers = { host: '127.0.0.1:4566', 'x-amz-date': DATE, authorization };
  try {
    const signer = { key: KEY };
    const head = headOf({
      method: 'POST',
      url: target,
      headers,
      socket: { localPort: 4566 },
    } as unknown as IncomingMessage);
    authenticate(head, () => signer);
    return 'accepted';
  } catch (error) {
    return error instanceof AwsFault ? error.code : String(error);
  }
}

describe('a request whose signature cannot be computed', () => {
  it.each([
    ['a header, and a query of broken percent signs', '/?a=%', header('host', '0'.repeat(64))],
    ['a header, and a query that is not UTF-8', '/?a=%ff', header('host', '0'.repeat(64))],
    ['a header that signs what is no header', '/', header('host;__proto__', '0'.repeat(64))],
    ['a link with broken percent signs', `/b/k?${link}&a=%&X-Amz-Signature=0`, undefined],
    ['a link to a path without a host', `//?${link}&X-Amz-Signature=0`, undefined],
    ['a link with an empty name', `/?=%&${link}&X-Amz-Signature=0`, undefined],
  ])('has %s: it is refused like a wrong one', (_, url, authorization) => {
    expect(codeOf(url, authorization)).toBe('InvalidSignatureException');
  });

  it.each([
    ['no target', undefined, undefined, 'MissingAuthenticationTokenException'],
    ['a target that is no URL', '//', undefined, 'MissingAuthenticationTokenException'],
    ['a target of two slashes and a port', '//:x', undefined, 'MissingAuthenticationTokenException'],
    ['an empty signature', '/', header('host', ''), 'IncompleteSignatureException'],
    [
      'a link with an empty signature',
      `/?${link}&X-Amz-Signature=`,
      undefined,
      'IncompleteSignatureException',
    ],
  ])('has %s: it is refused as unsigned', (_, url, authorization, code) => {
    expect(codeOf(url, authorization)).toBe(code);
  });
});
