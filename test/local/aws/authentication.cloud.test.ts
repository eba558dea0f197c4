import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import type { LocalCloud } from '../../../lib/local/cloud.ts';
import { useLocalCloud } from '../fixture/harness.ts';

const fixture = await useLocalCloud();

type Credentials = LocalCloud['credentials'];
type Ask = (cloud: LocalCloud, credentials: Credentials) => Promise<unknown>;

const base = (credentials: Credentials) => ({ region: 'us-east-1', credentials, maxAttempts: 1 });

/** One request to each stand-in, as any program makes it. */
const STAND_INS: readonly (readonly [name: string, ask: Ask])[] = [
  [
    'DynamoDB',
    ({ endpoints }, key) =>
      new DynamoDBClient({ ...base(key), endpoint: endpoints.dynamodb }).send(new ListTablesCommand()),
  ],
  [
    'SQS',
    ({ endpoints }, key) =>
      new SQSClient({ ...base(key), endpoint: endpoints.sqs }).send(new ListQueuesCommand()),
  ],
  [
    'Scheduler',
    ({ endpoints, resources }, key) =>
      new SchedulerClient({ ...base(key), endpoint: endpoints.scheduler }).send(
        new ListSchedulesCommand({ GroupName: resources.find('Schedules').name, NamePrefix: 'a b' }),
      ),
  ],
  [
    'KMS',
    ({ endpoints, resources }, key) =>
      new KMSClient({ ...base(key), endpoint: endpoints.kms }).send(
        new EncryptCommand({
          KeyId: resources.find('', 'AWS::KMS::Key').arn,
          Plaintext: Buffer.from('secret'),
        }),
      ),
  ],
  [
    'Secrets Manager',
    ({ endpoints, resources }, key) =>
      new SecretsManagerClient({ ...base(key), endpoint: endpoints.secretsManager }).send(
        new GetSecretValueCommand({ SecretId: resources.find('Secret', 'AWS::SecretsManager::Secret').arn }),
      ),
  ],
  [
    'S3',
    ({ endpoints, resources }, key) =>
      new S3Client({ ...base(key), endpoint: endpoints.s3 ?? '' }).send(
        new ListObjectsV2Command({ Bucket: resources.find('Statements', 'AWS::S3::Bucket').name }),
      ),
  ],
];

const urlsOf = ({ endpoints }: LocalCloud) => [...new Set(Object.values(endpoints))];

/** A server's answer to raw request bytes, which a client would not send. */
function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.once('error', reject);
    request.end('{}');
  });
}

const JSON_REQUEST = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
};

describe('a stand-in', () => {
  it('serves only requests signed with the key of the data directory, also after a restart', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    for (const [, send] of STAND_INS) await send(first.cloud, first.cloud.credentials);
    await first.cloud.stop();
    const { cloud } = await fixture.start({ dataDir });
    expect(cloud.credentials.accessKeyId).toBe(first.cloud.credentials.accessKeyId);
    const { cloud: another } = await fixture.start();
    expect(another.credentials.accessKeyId).not.toBe(cloud.credentials.accessKeyId);
    for (const [name, send] of STAND_INS) {
      await send(cloud, cloud.credentials);
      const refusal = await send(cloud, another.credentials).catch((error: Error) => error.name);
      expect({ name, refusal }).toEqual({
        name,
        refusal: name === 'S3' ? 'InvalidAccessKeyId' : 'UnrecognizedClientException',
      });
    }
  });

  it('refuses a wrong secret', async () => {
    const { cloud } = await fixture.start();
    const guessed = { ...cloud.credentials, secretAccessKey: 'guessed' };
    for (const [name, send] of STAND_INS) {
      const refusal = await send(cloud, guessed).then(
        () => 'none',
        (error: Error) => error.name,
      );
      const expected = name === 'S3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException';
      expect({ name, refusal }).toEqual({ name, refusal: expected });
    }
  });

  it('refuses what is not signed at all', async () => {
    const { cloud } = await fixture.start();
    for (const url of urlsOf(cloud)) {
      const { status, body } = await ask(url, JSON_REQUEST);
      expect(status === 400 || status === 403).toBe(true);
      expect(body).toMatch(/MissingAuthenticationToken|AccessDenied/);
    }
  });

  it('refuses a body that is not the one that was signed', async () => {
    const { cloud } = await fixture.start();
    const client = new SQSClient({ ...base(cloud.credentials), endpoint: cloud.endpoints.sqs });
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body = '{"QueueNamePrefix":"Other"}';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(client.send(new ListQueuesCommand({ QueueNamePrefix: 'Mine!' }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  it('refuses a signature that is older than a quarter of an hour', async () => {
    const { cloud } = await fixture.start();
    const sqs = new SQSClient({
      ...base(cloud.credentials),
      endpoint: cloud.endpoints.sqs,
      systemClockOffset: -16 * 60_000,
    });
    await expect(sqs.send(new ListQueuesCommand())).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  it('accepts a signed link until it expires, and no other path with its signature', async () => {
    const { cloud } = await fixture.start();
    const s3 = new S3Client({ ...base(cloud.credentials), endpoint: cloud.endpoints.s3 ?? '' });
    const Bucket = cloud.resources.find('Statements', 'AWS::S3::Bucket').name;
    const get = new GetObjectCommand({ Bucket, Key: 'a b/ü.csv' });
    const link = await getSignedUrl(s3, get, { expiresIn: 60 });
    expect((await fetch(link)).status).toBe(404);
    expect((await fetch(link.replace('.csv?', '.txt?'))).status).toBe(403);
    const signingDate = new Date(Date.now() - 61_000);
    expect((await fetch(await getSignedUrl(s3, get, { expiresIn: 60, signingDate }))).status).toBe(403);
  });
});

describe('everything that listens', () => {
  it.each(['evil.example', 'evil.example:PORT', '127.0.0.1', 'localhost:1', '127.0.0.1:PORT.evil.example'])(
    'refuses the Host %s',
    async (name) => {
      const { cloud } = await fixture.start();
      for (const url of [...urlsOf(cloud), cloud.apiUrl]) {
        const host = name.replace('PORT', new URL(url).port);
        const { status } = await ask(url, { ...JSON_REQUEST, host });
        expect(status === 400 || status === 403).toBe(true);
      }
    },
  );

  it('takes the names of this machine', async () => {
    const { cloud } = await fixture.start();
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      const { port } = new URL(cloud.apiUrl);
      const { status } = await ask(`${cloud.apiUrl}/nowhere`, { host: `${name}:${port}` });
      expect(status).toBe(404);
    }
  });

  it('refuses a request without any Host, as HTTP/1.0 allows', async () => {
    const { cloud } = await fixture.start();
    for (const url of [...urlsOf(cloud), cloud.apiUrl]) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
          socket.write('GET / HTTP/1.0\r\n\r\n'),
        );
        let text = '';
        socket.on('data', (data) => {
          text += String(data);
        });
        socket.once('error', reject);
        socket.once('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1\.[01] (400|403) /);
    }
  });
});
