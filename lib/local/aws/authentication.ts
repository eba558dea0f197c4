import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AccessKey } from './access-key.ts';
import { AwsFault } from './aws-fault.ts';
import { isToOwnHost } from './host.ts';
import { ALGORITHM, type SigningTerms, signatureOf, UNSIGNED_PAYLOAD } from './signature.ts';

/** Maximum clock skew of a signer, as on AWS. */
const MAX_SKEW_MS = 15 * 60_000;
const FORBIDDEN = 403;

/** What a request states about its signature: in the `authorization` header or, for a presigned URL, in the query. */
interface Claim {
  readonly accessKeyId: string;
  readonly terms: SigningTerms;
  readonly signature: string;
  /** Lifetime of a presigned URL in seconds. */
  readonly expiresSeconds?: number;
}

/**
 * Accepts a request only if its `Host` names this machine and its signature was made with the key, as AWS does.
 *
 * @param payloadHash hash of the body as received; if it is not known yet, the hash that the request states
 * @throws AwsFault with the code that AWS answers
 */
export function authenticate(
  request: IncomingMessage,
  key: AccessKey,
  payloadHash = String(request.headers['x-amz-content-sha256'] ?? UNSIGNED_PAYLOAD),
): void {
  if (!isToOwnHost(request)) {
    throw new AwsFault('AccessDeniedException', 'The request was made to another host.', FORBIDDEN);
  }
  const claim = readClaim(request);
  if (claim.accessKeyId !== key.accessKeyId) {
    throw new AwsFault(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      FORBIDDEN,
    );
  }
  assertNotExpired(claim);
  const isLink = claim.expiresSeconds !== undefined;
  const expected = expectedSignature(request, {
    key,
    terms: claim.terms,
    payloadHash: isLink ? UNSIGNED_PAYLOAD : payloadHash,
  });
  if (!isSame(claim.signature, expected) || !claim.terms.signedHeaders.includes('host')) {
    throw new AwsFault(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
      FORBIDDEN,
    );
  }
}

function readClaim(request: IncomingMessage): Claim {
  const header = request.headers.authorization;
  const query = new URLSearchParams(request.url?.replace(/^[^?]*/, ''));
  if (header === undefined && !query.has('X-Amz-Signature')) {
    throw new AwsFault('MissingAuthenticationTokenException', 'Missing Authentication Token', FORBIDDEN);
  }
  const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(header ?? '')?.[1];
  const isLink = header === undefined;
  const algorithm = isLink ? query.get('X-Amz-Algorithm') : header.split(' ')[0];
  const credential = (isLink ? query.get('X-Amz-Credential') : field('Credential')) ?? '';
  const signedHeaders = (isLink ? query.get('X-Amz-SignedHeaders') : field('SignedHeaders')) ?? '';
  const signature = (isLink ? query.get('X-Amz-Signature') : field('Signature')) ?? '';
  const date = (isLink ? query.get('X-Amz-Date') : request.headers['x-amz-date']) ?? '';
  const [accessKeyId = '', day = '', region = '', service = '', end] = credential.split('/');
  if (algorithm !== ALGORITHM || end !== 'aws4_request' || signedHeaders === '' || signature === '') {
    throw new AwsFault(
      'IncompleteSignatureException',
      'The request signature does not conform to AWS standards.',
      FORBIDDEN,
    );
  }
  return {
    accessKeyId,
    signature,
    terms: { scope: { day, region, service }, date: String(date), signedHeaders: signedHeaders.split(';') },
    ...(isLink && { expiresSeconds: Number(query.get('X-Amz-Expires') ?? 0) }),
  };
}

function assertNotExpired({ terms: { date, scope }, expiresSeconds }: Claim): void {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const ageMs = Date.now() - signedMs;
  const maxMs = expiresSeconds === undefined ? MAX_SKEW_MS : expiresSeconds * 1000;
  if (!(ageMs >= -MAX_SKEW_MS && ageMs <= maxMs && date.startsWith(scope.day))) {
    throw new AwsFault('InvalidSignatureException', 'Signature expired, or not yet current.', FORBIDDEN);
  }
}

/** What the key makes of a request. */
interface Signing {
  readonly key: AccessKey;
  readonly terms: SigningTerms;
  readonly payloadHash: string;
}

/** Undefined if the request has no signature, because its query is not validly encoded. */
function expectedSignature(
  { method = 'GET', url: target = '/', headers }: IncomingMessage,
  { key, terms, payloadHash }: Signing,
): string | undefined {
  try {
    return signatureOf({ method, target, headers, payloadHash }, terms, key);
  } catch {
    return undefined;
  }
}

function isSame(given: string, expected: string | undefined): boolean {
  if (expected === undefined) return false;
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
