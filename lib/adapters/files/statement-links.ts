import { S3RequestPresigner, type S3RequestPresignerOptions } from '@aws-sdk/s3-request-presigner';
import type { StatementLinks } from '../../core/query/reconciliation/statement-answer.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import { calling } from '../aws-faults.ts';

/** Settings of any SDK client: all clients of the function sign with the same credentials. */
type Signer = Pick<S3RequestPresignerOptions, 'credentials' | 'region' | 'sha256'>;

interface StatementLinkOptions {
  readonly signer: Signer;
  readonly bucket: string;
  /** The bucket's host name. */
  readonly host: string;
  /** Another S3 with path-style buckets. Clients must be able to reach it, too. */
  readonly endpointUrl?: string | undefined;
  readonly clock: Clock;
}

/**
 * Links to files in a bucket, signed locally without a request. The S3 client would double the size of the function, so
 * it is not used, and the caller passes the bucket's host.
 */
export function createStatementLinks(options: StatementLinkOptions): StatementLinks {
  const { bucket, clock, endpointUrl, host } = options;
  const { credentials, region, sha256 } = options.signer;
  const presigner = new S3RequestPresigner({ credentials, region, sha256 });
  const base = new URL(
    endpointUrl === undefined ? `https://${host}/` : `${endpointUrl.replace(/\/+$/, '')}/${bucket}/`,
  );
  return {
    link: (file, { name, seconds }) =>
      calling('Signing a link', async () => {
        const { protocol, hostname, port, pathname } = new URL(file, base);
        const request = {
          method: 'GET',
          protocol,
          hostname,
          ...(port !== '' && { port: Number(port) }),
          path: pathname,
          query: { 'response-content-disposition': `attachment; filename="${name}"` },
          headers: {},
        };
        const { query } = await presigner.presign(request, {
          expiresIn: seconds,
          signingDate: new Date(clock.now()),
        });
        const url = new URL(pathname, base);
        // Encoded as it was signed: `URLSearchParams` writes a space as `+`, which breaks the signature.
        url.search = Object.entries(query ?? {})
          .map((pair) => pair.map((part) => encodeURIComponent(String(part))).join('='))
          .join('&');
        return url.href;
      }),
  };
}
