import { timingSafeEqual } from 'node:crypto';
import type { AccessKey } from './access-key.ts';
import { AwsFault } from './aws-fault.ts';
import { isOwnHost } from './host.ts';
import { ALGORITHM, type SigningTerms, signatureOf, UNSIGNED_PAYLOAD } from './signature.ts';

/** Maximum clock skew of a signer, as on AWS. */
const MAX_SKEW_MS = 15 * 60_000;
const FORBIDDEN = 403;

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The port on which it arrived. */
  readonly port: number | undefined;
}

/** Credentials that are valid here. */
export interface Signer {
  readonly key: AccessKey;
  /** Temporary credentials have a token, which their requests must bring along. */
  readonly sessionToken?: string;
}

/** What a request states about its signature: in the `authorization` header or, for a presigned URL, in the query. */
interface Claim {
  readonly accessKeyId: string;
  readonly terms: SigningTerms;
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** Lifetime of a presigned URL in seconds. */
  readonly expiresSeconds?: number;
}

/**
 * Accepts a request only if its `Host` names this machine and its signature was made with a known key, as AWS does.
 *
 * @param find returns the signer with an access key id
 * @param payloadHash hash of the body as received; if it is not known yet, the hash that the request states
 * @returns the signer
 * @throws AwsFault with the code that AWS answers
 */
export function authenticate<Known extends Signer>(
  request: RequestHead,
  find: (accessKeyId: string) => Known | undefined,
  payloadHash = String(request.headers['x-amz-content-sha256'] ?? UNSIGNED_PAYLOAD),
): Known {
  const { host } = request.headers;
  if (!isOwnHost(typeof host === 'string' ? host : undefined, request.port)) {
    throw new AwsFault('AccessDeniedException', 'The request was made to another host.', FORBIDDEN);
  }
  const claim = readClaim(request);
  const signer = find(claim.accessKeyId);
  if (signer === undefined || signer.sessionToken !== claim.sessionToken) {
    throw new AwsFault(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      FORBIDDEN,
    );
  }
  assertNotExpired(claim);
  const isLink = claim.expiresSeconds !== undefined;
  const expected = expectedSignature(request, {
    key: signer.key,
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
  return signer;
}

const CREDENTIAL = /Credential=([^,\s]+)/;
const SIGNED_HEADERS = /SignedHeaders=([^,\s]+)/;
const SIGNATURE = /Signature=([^,\s]+)/;

/** The parts of a claim as text. */
interface ClaimText {
  readonly algorithm: string | undefined;
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly date: string | undefined;
  readonly sessionToken: string | undefined;
  readonly expires?: string;
}

function readClaim(request: RequestHead): Claim {
  const text = claimText(request);
  const [accessKeyId = '', day = '', region = '', service = '', end] = (text.credential ?? '').split('/');
  const { signedHeaders = '', signature = '', date = '', expires, sessionToken } = text;
  if (text.algorithm !== ALGORITHM || end !== 'aws4_request' || signedHeaders === '' || signature === '') {
    throw new AwsFault(
      'IncompleteSignatureException',
      'The request signature does not conform to AWS standards.',
      FORBIDDEN,
    );
  }
  return {
    accessKeyId,
    signature,
    sessionToken,
    terms: { scope: { day, region, service }, date, signedHeaders: signedHeaders.split(';') },
    ...(expires !== undefined && { expiresSeconds: Number(expires) }),
  };
}

function claimText({ headers, target }: RequestHead): ClaimText {
  const { authorization } = headers;
  if (typeof authorization === 'string') {
    const header = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
    return {
      algorithm: authorization.split(' ', 1)[0],
      credential: CREDENTIAL.exec(authorization)?.[1],
      signedHeaders: SIGNED_HEADERS.exec(authorization)?.[1],
      signature: SIGNATURE.exec(authorization)?.[1],
      date: header('x-amz-date'),
      sessionToken: header('x-amz-security-token'),
    };
  }
  const query = new URLSearchParams(target.replace(/^[^?]*/, ''));
  const parameter = (name: string) => query.get(`X-Amz-${name}`) ?? undefined;
  if (parameter('Signature') === undefined) {
    throw new AwsFault('MissingAuthenticationTokenException', 'Missing Authentication Token', FORBIDDEN);
  }
  return {
    algorithm: parameter('Algorithm'),
    credential: parameter('Credential'),
    signedHeaders: parameter('SignedHeaders'),
    signature: parameter('Signature'),
    date: parameter('Date'),
    sessionToken: parameter('Security-Token'),
    expires: parameter('Expires') ?? '0',
  };
}

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

function assertNotExpired({ terms: { date, scope }, expiresSeconds }: Claim): void {
  const [, year = Number.NaN, month = 0, day, hour, minute, second] = DATE.exec(date)?.map(Number) ?? [];
  const signedMs = Date.UTC(year, month - 1, day, hour, minute, second);
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
  { method, target, headers }: RequestHead,
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
