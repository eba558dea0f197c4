import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsSha256 } from '../../../lib/adapters/aws-sha256.ts';
import { createStatementRemoval } from '../../../lib/adapters/files/statement-removal.ts';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';

const SHOP = merchantIdSchema().parse('shop');
const version = (element: string, key: string, id: string) =>
  `<${element}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>true</IsLatest></${element}>`;

/** S3 with versions, which no stand-in has. It answers in the form of AWS's API reference. */
describe('statement files with versions', () => {
  const requests: string[] = [];
  let answer: (request: IncomingMessage) => readonly [status: number, body: string];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const [status, body] = answer(request);
    response.writeHead(status).end(body);
  });
  let endpointUrl = '';
  beforeEach(async () => {
    requests.splice(0);
    endpointUrl = await listen(server, 0);
  });
  afterEach(() => close(server));
  const open = () =>
    createStatementRemoval({
      signer: {
        region: 'eu-central-1',
        credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
        sha256: AwsSha256,
      },
      bucket: 'statements',
      host: 'statements.example',
      endpointUrl,
    });

  it('are deleted in every version, with the markers of deleted ones, and nothing outside of the merchant', async () => {
    const listed = [
      version('Version', 'shop/2026-11-20/a.csv', 'v1'),
      version('Version', 'shop/2026-11-20/a.csv', 'v2'),
      version('DeleteMarker', 'shop/2026-11-20/b.csv', 'v3'),
      version('Version', 'other/2026-11-20/c.csv', 'v4'),
    ];
    answer = ({ method }) =>
      method === 'GET' ? [200, `<ListVersionsResult>${listed.join('')}</ListVersionsResult>`] : [204, ''];
    expect(await open().removeSome(SHOP)).toBe(3);
    expect(requests.sort()).toEqual([
      'DELETE /statements/shop/2026-11-20/a.csv?versionId=v1',
      'DELETE /statements/shop/2026-11-20/a.csv?versionId=v2',
      'DELETE /statements/shop/2026-11-20/b.csv?versionId=v3',
      'GET /statements/?max-keys=100&prefix=shop%2F&versions=',
    ]);
  });

  it.each([
    ['lists', 'GET', 503, { code: 'unavailable', retryable: true }],
    ['deletes', 'DELETE', 403, { code: 'unavailable', retryable: false }],
  ])('stay where S3 %s nothing, and the job is told', async (_, refused, status, fault) => {
    answer = ({ method }) =>
      method === refused
        ? [status, '<Error><Code>SlowDown</Code></Error>']
        : [200, version('Version', 'shop/2026-11-20/a.csv', 'v1')];
    await expect(open().removeSome(SHOP)).rejects.toMatchObject(fault);
  });
});
