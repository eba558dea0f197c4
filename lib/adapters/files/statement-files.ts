import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { StatementFiles } from '../../core/bookkeeping/statements/statement-store.ts';
import { calling } from '../aws-faults.ts';

/** The smallest part that S3 accepts. With at most 10,000 parts, a file has up to 50 GiB: 300 million rows. */
const PART_BYTES = 5 * 1024 * 1024;

/**
 * Streams files to a bucket by multipart upload: one part is filled while another is sent. An unfinished upload is
 * aborted. If the process dies before that, the bucket's lifecycle rule removes it.
 */
export function createStatementFiles(options: {
  readonly s3: S3Client;
  readonly bucket: string;
}): StatementFiles {
  const { s3: client, bucket: Bucket } = options;
  return {
    write: (file, pieces) =>
      calling('Writing a statement', async () => {
        const upload = new Upload({
          client,
          partSize: PART_BYTES,
          queueSize: 1,
          params: {
            Bucket,
            Key: file,
            Body: Readable.from(pieces, { objectMode: false }),
            ContentType: 'text/csv; charset=utf-8',
          },
        });
        await upload.done();
      }),
  };
}
