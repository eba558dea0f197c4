import { brotliDecompressSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** `docs/openapi.json`, which the bundler packs: unpacked it would be a quarter of the function behind a function URL. */
declare const PACKED_OPEN_API: string;

let body: string | undefined;

/** Serves `docs/openapi.json`. No key is needed, and no other function has to bundle the file. */
export const handler = async (): Promise<APIGatewayProxyStructuredResultV2> => {
  // Unpacked for the first request: the front spends no start on it.
  body ??= brotliDecompressSync(Buffer.from(PACKED_OPEN_API, 'base64')).toString('utf8');
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };
  return { statusCode: 200, headers, body };
};
