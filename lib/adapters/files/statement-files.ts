import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { StatementFiles } from '../../core/bookkeeping/statement-store.ts';
import { calling } from '../aws-faults.ts';

/** The least that S3 takes for a part. Of 10,000 parts, a file has 50 GiB at most: 300 million rows. */
const PART_BYTES = 5 * 1024 * 1024;

/**
 * Files in a bucket, written as they come: one part is filled while one is on its way. What was not finished is
 * taken back, and what could not be taken back, because the process died, goes by the bucket's own rule.
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
