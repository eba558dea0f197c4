import type { Call } from '../callers/caller.ts';

interface S3Request {
  readonly method: string;
  /** Path and query as sent: `/bucket/key?uploads`. */
  readonly target: string;
  /** Header `x-amz-copy-source` */
  readonly copySource?: string | undefined;
}

/** What an S3 request does, by method and query (Service Authorization Reference, "Amazon S3"). */
export function s3Calls({ method, target, copySource }: S3Request): readonly Call[] {
  const [pathname = '/', search] = target.split('?', 2);
  const query = new URLSearchParams(search);
  const arn = `arn:aws:s3:::${decoded(pathname.slice(1))}`;
  if (pathname === '/') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (!/^\/[^/]+\/./.test(pathname)) {
    return [{ action: `s3:${bucketAction(method, query)}`, resource: arn.replace(/\/$/, '') }];
  }
  const call = { action: `s3:${objectAction(method, query)}`, resource: arn };
  if (copySource === undefined) return [call];
  return [
    call,
    { action: 's3:GetObject', resource: `arn:aws:s3:::${decoded(copySource.replace(/^\//, ''))}` },
  ];
}

/** The text itself if it is not validly encoded; no policy names such a file. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bucketAction(method: string, query: URLSearchParams): string {
  if (query.has('uploads')) return 'ListBucketMultipartUploads';
  if (query.has('versions')) return 'ListBucketVersions';
  if (method === 'POST' && query.has('delete')) return 'DeleteObject';
  return { PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method] ?? 'ListBucket';
}

/** Parts and the completion of an upload need the right to put the object. */
function objectAction(method: string, query: URLSearchParams): string {
  if (query.has('uploadId') && method === 'DELETE') return 'AbortMultipartUpload';
  if (query.has('uploadId') && method === 'GET') return 'ListMultipartUploadParts';
  const suffix = query.has('tagging') ? 'Tagging' : query.has('acl') ? 'Acl' : '';
  const action = { GET: 'GetObject', HEAD: 'GetObject', DELETE: 'DeleteObject' }[method] ?? 'PutObject';
  return query.has('versionId') && suffix === ''
    ? action.replace('Object', 'ObjectVersion')
    : action + suffix;
}
