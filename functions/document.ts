import { brotliDecompressSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { acceptedEncoding } from '../lib/console/site/http/compression.ts';

/** `docs/openapi.json`, which the bundler packs: unpacked it would be a quarter of the function behind a function URL. */
declare const PACKED_OPEN_API: string;
/** The page of the reference, which the bundler makes from the same document. */
declare const PACKED_REFERENCE: string;
/** The page's content security policy. */
declare const REFERENCE_POLICY: string;

/** What is read of a request. */
interface DocumentEvent {
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const CACHED = { 'cache-control': 'public, max-age=300', vary: 'accept-encoding' };
const DOCUMENT = { ...CACHED, 'content-type': 'application/json' };
const PAGE = {
  ...CACHED,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': REFERENCE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Serves `/openapi.json`, and `/docs` for people. No key is needed, and no other function has to bundle the files. */
export const handler = async ({
  rawPath,
  headers,
}: DocumentEvent): Promise<APIGatewayProxyStructuredResultV2> =>
  rawPath.endsWith('/docs')
    ? served(PACKED_REFERENCE, PAGE, headers['accept-encoding'])
    : served(PACKED_OPEN_API, DOCUMENT, headers['accept-encoding']);

/** As it is packed, to those who take it so. */
function served(
  packed: string,
  headers: Readonly<Record<string, string>>,
  accepted: string | undefined,
): APIGatewayProxyStructuredResultV2 {
  if (acceptedEncoding(accepted) === 'br') {
    const encoded = { ...headers, 'content-encoding': 'br' };
    return { statusCode: 200, headers: encoded, body: packed, isBase64Encoded: true };
  }
  const body = brotliDecompressSync(Buffer.from(packed, 'base64')).toString('utf8');
  return { statusCode: 200, headers: { ...headers }, body };
}
