import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3EndpointOf } from '../../../lib/adapters/config.ts';
import { createStatementLinks } from '../../../lib/adapters/files/statement-links.ts';

const ALL = 'http://localhost:4566';
const S3 = 'http://localhost:9000';

describe('the S3 that statements are linked to', () => {
  it.each([
    ['AWS’s own where no variable names another', {}, undefined],
    ['the one of all services', { AWS_ENDPOINT_URL: ALL }, ALL],
    ['its own before that of all services', { AWS_ENDPOINT_URL: ALL, AWS_ENDPOINT_URL_S3: S3 }, S3],
    ['that of all services where its own is empty', { AWS_ENDPOINT_URL: ALL, AWS_ENDPOINT_URL_S3: '' }, ALL],
    ['AWS’s own where both are empty', { AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_S3: '' }, undefined],
    [
      'the endpoints of AWS if the SDK must ignore the configured ones',
      { AWS_ENDPOINT_URL: ALL, AWS_ENDPOINT_URL_S3: S3, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      undefined,
    ],
  ])('is %s', (_, env: Record<string, string>, expected) => {
    expect(s3EndpointOf(env)).toBe(expected);
  });

  it.each([
    ['http://localhost:4566', 'http://localhost:4566/statements/demo/day.csv'],
    ['http://localhost:4566/', 'http://localhost:4566/statements/demo/day.csv'],
    ['https://emulator.example/s3/', 'https://emulator.example/s3/statements/demo/day.csv'],
    ['http://[::1]:4566', 'http://[::1]:4566/statements/demo/day.csv'],
    [undefined, 'https://statements.s3.eu-central-1.amazonaws.com/demo/day.csv'],
  ])('is reached by a link: %s', async (endpointUrl, expected) => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const links = createStatementLinks({
      signer: new S3Client({ region: 'eu-central-1', credentials }).config,
      bucket: 'statements',
      host: 'statements.s3.eu-central-1.amazonaws.com',
      endpointUrl,
      clock: { now: () => Date.parse('2026-11-20T08:00:00Z') },
    });
    const link = await links.link('demo/day.csv', { name: 'day.csv', seconds: 60 });
    expect(link.split('?')[0]).toBe(expected);
  });
});
