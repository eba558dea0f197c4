import { createHash, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatementFiles } from '../../../lib/adapters/files/statement-files.ts';
import { createStatementLinks } from '../../../lib/adapters/files/statement-links.ts';
import { createStatementRemoval } from '../../../lib/adapters/files/statement-removal.ts';
import { memoryFiles } from '../../../lib/adapters/memory/feed/memory-statements.ts';
import { systemClock } from '../../../lib/adapters/system.ts';
import type { MerchantId } from '../../../lib/core/model.ts';
import { openGuard } from '../../../lib/local/iam/guard.ts';
import { type S3Server, startS3 } from '../../../lib/local/stand-ins/s3.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { describeStatementFiles } from '../suites/statement-files-suite.ts';

const BUCKET = 'statements';
const HOST = 'statements.s3.eu-central-1.amazonaws.com';
/** Of the examples in AWS's documentation. */
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

describeStatementFiles('memory', async () => {
  const { files, links, merchantFiles, contents } = memoryFiles();
  return {
    files,
    links,
    merchantFiles,
    fetch: async (url) => contents.get(new URL(url).pathname),
    leftOver: async () => 0,
    close: async () => undefined,
  };
});

const dataDir = temporaryDirectory();
let server: S3Server;
beforeAll(async () => {
  server = await startS3(dataDir, {
    buckets: [BUCKET],
    guard: openGuard({ key: CREDENTIALS, log: () => undefined }),
  });
});
afterAll(async () => {
  await server.stop();
  removeDirectory(dataDir);
});

function openClient(): S3Client {
  const { endpoint } = server;
  return new S3Client({ region: 'eu-central-1', endpoint, credentials: CREDENTIALS, maxAttempts: 1 });
}

let opened = 0;
describeStatementFiles('S3', async () => {
  const s3 = openClient();
  const links = createStatementLinks({
    signer: s3.config,
    bucket: BUCKET,
    host: HOST,
    endpointUrl: server.endpoint,
    clock: systemClock,
  });
  const removal = createStatementRemoval({
    signer: s3.config,
    bucket: BUCKET,
    host: HOST,
    endpointUrl: server.endpoint,
  });
  // A folder of its own stands for a bucket of its own.
  opened += 1;
  const folder = `${opened}/`;
  const files = createStatementFiles({ s3, bucket: BUCKET });
  return {
    files: { write: (file, pieces) => files.write(folder + file, pieces) },
    links: { link: (file, options) => links.link(folder + file, options) },
    merchantFiles: { removeSome: (merchantId) => removal.removeSome(`${folder}${merchantId}` as MerchantId) },
    async fetch(url) {
      const response = await fetch(url);
      return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
    },
    leftOver: async () => readdirSync(join(dataDir, 's3', '_multipart')).length,
    close: async () => s3.destroy(),
  };
});

describe('files on S3', () => {
  it.each([
    ['a file', PutObjectCommand.name, 10],
    ['a part', UploadPartCommand.name, 6 * 1024 * 1024],
  ])('are not there where %s was refused, and may be written again', async (_, command, size) => {
    const s3 = openClient();
    const files = createStatementFiles({ s3, bucket: BUCKET });
    let isAway = true;
    s3.middlewareStack.add(
      (next, context) => async (args) => {
        if (!isAway || context.commandName !== command) return next(args);
        throw Object.assign(new Error('Please slow down.'), {
          name: 'SlowDown',
          $metadata: { httpStatusCode: 503 },
        });
      },
      { step: 'initialize' },
    );
    async function* pieces() {
      yield new Uint8Array(size);
    }
    const file = `refused/${command}.csv`;
    await expect(files.write(file, pieces())).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    const get = new GetObjectCommand({ Bucket: BUCKET, Key: file });
    await expect(s3.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(readdirSync(join(dataDir, 's3', '_multipart'))).toEqual([]);
    isAway = false;
    await files.write(file, pieces());
    expect((await s3.send(get)).ContentLength).toBe(size);
    s3.destroy();
  });

  it('say what they are', async () => {
    const s3 = openClient();
    async function* pieces() {
      yield Buffer.from('a,b\r\n');
    }
    await createStatementFiles({ s3, bucket: BUCKET }).write('type.csv', pieces());
    const { ContentType } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'type.csv' }));
    expect(ContentType).toBe('text/csv; charset=utf-8');
    s3.destroy();
  });
});

/** The signature of a link as AWS's documentation has it (Signature Version 4, query parameters), from scratch. */
function signatureOf(link: string, secret: string): string {
  const url = new URL(link);
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map((pair) => pair.map(encoded).join('='))
    .sort()
    .join('&');
  const canonical = `GET\n${url.pathname}\n${query}\nhost:${url.host}\n\nhost\nUNSIGNED-PAYLOAD`;
  const at = url.searchParams.get('X-Amz-Date') ?? '';
  const [, ...scope] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', at, scope.join('/'), hash].join('\n');
  const sign = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  return sign(scope.reduce<string | Buffer>(sign, `AWS4${secret}`), text).toString('hex');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

describe('a link to a file', () => {
  const at = Date.parse('2026-11-21T00:05:00.000Z');
  const linkFrom = (endpointUrl?: string) => {
    const s3 = new S3Client({ region: 'eu-central-1', credentials: CREDENTIALS });
    const clock = { now: () => at };
    const links = createStatementLinks({ signer: s3.config, bucket: BUCKET, host: HOST, endpointUrl, clock });
    return links.link('shop/2026-11-20/4fzQ.csv', { seconds: 300, name: 'tidings-shop-2026-11-20.csv' });
  };

  it('is checked here as AWS checks it', () => {
    const documented =
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host';
    expect(signatureOf(documented, CREDENTIALS.secretAccessKey)).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });

  it.each([
    ['AWS, where the bucket has a host', undefined, `https://${HOST}/shop/2026-11-20/4fzQ.csv`],
    [
      'another S3, which is asked by path',
      'http://127.0.0.1:4566',
      `http://127.0.0.1:4566/${BUCKET}/shop/2026-11-20/4fzQ.csv`,
    ],
  ])('is signed for %s', async (_, endpointUrl, expected) => {
    const link = await linkFrom(endpointUrl);
    const url = new URL(link);
    expect(url.origin + url.pathname).toBe(expected);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Amz-Date': '20261121T000500Z',
      'X-Amz-Expires': '300',
      'X-Amz-SignedHeaders': 'host',
      'response-content-disposition': 'attachment; filename="tidings-shop-2026-11-20.csv"',
    });
    expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(link, CREDENTIALS.secretAccessKey));
    const forged = link.replace('4fzQ', '5fzQ');
    expect(url.searchParams.get('X-Amz-Signature')).not.toBe(
      signatureOf(forged, CREDENTIALS.secretAccessKey),
    );
  });
});
