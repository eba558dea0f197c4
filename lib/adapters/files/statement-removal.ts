import { Fault } from '../../core/faults.ts';
import type { MerchantFiles } from '../../core/merchants/erasing/erasure-store.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { calling } from '../aws-faults.ts';
import {
  createSignedRequests,
  type RequestSigner,
  type SendSigned,
  type SignedAnswer,
} from '../signed-requests.ts';

interface StatementRemovalOptions {
  readonly signer: RequestSigner;
  readonly bucket: string;
  /** The bucket's host name. */
  readonly host: string;
  /** Another S3 with path-style buckets. */
  readonly endpointUrl?: string | undefined;
}

/** Versions that are listed, and deleted, at a time. */
const PAGE = 100;
const CONCURRENCY = 25;
const TIMEOUT_MS = 5_000;

/**
 * Deletes the statement files of a merchant with all versions and delete markers. Without the SDK's S3 client, which would add
 * half to the function's bundle.
 */
export function createStatementRemoval(options: StatementRemovalOptions): MerchantFiles {
  const { signer, bucket, host, endpointUrl } = options;
  const root = endpointUrl === undefined ? '' : `/${bucket}`;
  const endpoint = endpointUrl ?? `https://${host}`;
  const send = createSignedRequests({ signer, service: 's3', endpoint, escapesPath: false });
  return {
    removeSome: (merchantId) =>
      calling('Deleting statement files', async () => {
        const files = await versionsBelow(send, { path: `${root}/`, prefix: `${merchantId}/` });
        await boundedMap(files, CONCURRENCY, (file) => remove(send, root, file));
        return files.length;
      }),
  };
}

interface FileVersion {
  readonly key: string;
  /** Absent on an S3 without versions. */
  readonly versionId?: string;
}

/** An S3 that knows no versions lists the files themselves. */
const LISTED = /<(Version|DeleteMarker|Contents)>(.*?)<\/\1>/gs;

async function versionsBelow(
  send: SendSigned,
  { path, prefix }: { readonly path: string; readonly prefix: string },
): Promise<readonly FileVersion[]> {
  const query = { versions: '', prefix, 'max-keys': String(PAGE) };
  const answer = await send({ method: 'GET', path, query, timeoutMs: TIMEOUT_MS });
  demand(answer, [200]);
  const listed = [...answer.body.matchAll(LISTED)].map(([, , one = '']) => one);
  return listed.flatMap((one) => {
    // Ids, dates and names of files hold nothing that XML escapes.
    const key = /<Key>([^<]*)<\/Key>/.exec(one)?.[1];
    const versionId = /<VersionId>([^<]*)<\/VersionId>/.exec(one)?.[1];
    if (key?.startsWith(prefix) !== true) return [];
    return [{ key, ...(versionId !== undefined && { versionId }) }];
  });
}

async function remove(send: SendSigned, root: string, { key, versionId }: FileVersion): Promise<void> {
  const path = `${root}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const query = versionId === undefined ? {} : { versionId };
  demand(await send({ method: 'DELETE', path, query, timeoutMs: TIMEOUT_MS }), [200, 204, 404]);
}

/** @throws Fault if the status is not one of these. The job repeats the step a minute later */
function demand({ statusCode, body }: SignedAnswer, accepted: readonly number[]): void {
  if (accepted.includes(statusCode)) return;
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? '';
  const message = `Deleting statement files: ${statusCode} ${code}`;
  throw new Fault({ code: 'unavailable', message, retryable: statusCode === 429 || statusCode >= 500 });
}
