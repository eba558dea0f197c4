import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { AccessKey } from './access-key.ts';

/**
 * AWS Signature Version 4, as far as the SDKs and `curl --aws-sigv4` use it (IAM user guide, "Create a signed
 * request").
 */

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as sent, still encoded. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** SHA-256 of the body in hex digits, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

interface SignatureScope {
  /** Date as `20261120`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/** What the signature states besides the request itself. */
export interface SigningTerms {
  readonly scope: SignatureScope;
  /** Timestamp as `20261120T080000Z`. */
  readonly date: string;
  readonly signedHeaders: readonly string[];
}

/** Computes the signature of a request, in hex digits. */
export function signatureOf(request: SignedRequest, terms: SigningTerms, key: AccessKey): string {
  const { scope, date } = terms;
  const text = [ALGORITHM, date, scopeText(scope), sha256Hex(canonicalRequest(request, terms))].join('\n');
  return hmac(signingKey(key.secretAccessKey, scope), text).toString('hex');
}

/** Builds the value of the `authorization` header. */
export function authorization(request: SignedRequest, terms: SigningTerms, key: AccessKey): string {
  const credential = `${key.accessKeyId}/${scopeText(terms.scope)}`;
  const signature = signatureOf(request, terms, key);
  return `${ALGORITHM} Credential=${credential}, SignedHeaders=${terms.signedHeaders.join(';')}, Signature=${signature}`;
}

export function sha256Hex(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}

function scopeText({ day, region, service }: SignatureScope): string {
  return `${day}/${region}/${service}/aws4_request`;
}

function canonicalRequest(request: SignedRequest, { scope, signedHeaders }: SigningTerms): string {
  const [path = '/', query = ''] = splitOnce(request.target, '?');
  const headers = signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}\n`).join('');
  return [
    request.method,
    // S3 signs the path as sent; every other service encodes it once more.
    scope.service === 's3' ? path : path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    headers,
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => splitOnce(pair, '=').map((part) => encode(decodeURIComponent(part))))
    .map(([name = '', value = '']) => `${name}=${value}`)
    .sort()
    .join('&');
}

function headerText(value: string | readonly string[] | undefined): string {
  return [value ?? '']
    .flat()
    .map((one) => one.trim().replaceAll(/ +/g, ' '))
    .join(',');
}

/** Percent-encodes everything except letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Signing keys of the last day, region and service only: all requests of a client share them. As key objects, because
 * making one from its bytes takes longer than the signature.
 */
const signingKeys = new Map<string, KeyObject>();
const MAX_SIGNING_KEYS = 100;

function signingKey(secret: string, { day, region, service }: SignatureScope): KeyObject {
  const name = [secret, day, region, service].join('\n');
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  const bytes = [day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  const made = createSecretKey(bytes);
  if (signingKeys.size >= MAX_SIGNING_KEYS) signingKeys.clear();
  signingKeys.set(name, made);
  return made;
}

function hmac(key: Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
