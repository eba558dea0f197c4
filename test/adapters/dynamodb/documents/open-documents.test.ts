import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { InvokeStore, InvokeStoreBase } from '@aws/lambda-invoke-store';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GetCommand, PutCommand } from '../../../../lib/adapters/dynamodb/documents/document-commands.ts';
import { type Documents, openDocuments } from '../../../../lib/adapters/dynamodb/documents/open-documents.ts';
import { useTableServer } from '../../support/table-server.ts';

const events = await InvokeStore.getInstanceAsync();

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const received: Received[] = [];
/** Requests to these keys wait for an answer. */
const held = new Map<string, ServerResponse>();
let failures: readonly number[] = [];
/** The table's clock is ahead of this machine's by so much. */
let aheadMs = 0;
const HOUR_MS = 3_600_000;

useTableServer(async (request, response) => {
  const body = (await buffer(request)).toString();
  received.push({ headers: request.headers, body });
  const key =
    (JSON.parse(body) as { readonly Key?: { readonly pk: { readonly S: string } } }).Key?.pk.S ?? '';
  if (key.startsWith('held')) held.set(key, response);
  else answer(response, failures[received.length - 1]);
});

function answer(response: ServerResponse, status = 200): void {
  const date = new Date(Date.now() + aheadMs).toUTCString();
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', date });
  response.end(status === 400 ? '{"__type":"InvalidSignatureException"}' : '{}');
}

beforeEach(() => {
  received.length = 0;
  held.clear();
  failures = [];
  aheadMs = 0;
});

const get = (pk: string) => new GetCommand({ TableName: 'table', Key: { pk, sk: 'a' } });
const open = (maxAttempts = 1): Documents => openDocuments({ maxAttempts }, { requestTimeout: 60_000 });

describe('middleware', () => {
  it('is put together once for each kind of command, also for those that a signal ends', async () => {
    const documents = open();
    let made = 0;
    documents.middlewareStack.add(
      (next) => {
        made += 1;
        return next;
      },
      { step: 'initialize' },
    );
    const abortSignal = new AbortController().signal;
    for (const options of [undefined, { abortSignal }, undefined, { abortSignal }]) {
      await documents.send(get('a'), options);
    }
    expect(made).toBe(1);
    await documents.send(new PutCommand({ TableName: 'table', Item: { pk: 'a' } }));
    expect(made).toBe(2);
    documents.destroy();
  });

  it('does not describe the SDK and the machine, and keeps what identifies a request and its tries', async () => {
    failures = [500];
    const documents = open(2);
    await documents.send(get('a'));
    const [first, second] = received.map(({ headers }) => headers);
    for (const headers of [first, second]) {
      expect(headers).not.toHaveProperty('user-agent');
      expect(headers).not.toHaveProperty('x-amz-user-agent');
    }
    expect(second?.['amz-sdk-invocation-id']).toBe(first?.['amz-sdk-invocation-id']);
    expect([first, second].map((headers) => headers?.['amz-sdk-request'])).toEqual([
      'attempt=1; max=2',
      'attempt=2; max=2',
    ]);
    documents.destroy();
  });
});

it('a clock that is off is corrected, and the request is signed again, also those that follow', async () => {
  failures = [400];
  aheadMs = HOUR_MS;
  const documents = open(2);
  await documents.send(get('a'));
  await documents.send(get('b'));
  const hours = received.map(({ headers }) => {
    const [date, time] = String(headers['x-amz-date']).split('T');
    const iso = `${date?.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time?.replace(/(..)(..)(..)Z/, '$1:$2:$3Z')}`;
    return (Date.parse(iso) - Date.now()) / HOUR_MS;
  });
  expect(hours).toEqual([0, 1, 1].map((hour) => expect.closeTo(hour, 1)));
  documents.destroy();
});

describe('several events at once', () => {
  it('each send the trace id of their own, by which Lambda recognises loops', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'record');
    const documents = open();
    const sent = ['one', 'two'].map((trace) =>
      events.run({ [InvokeStoreBase.PROTECTED_KEYS.X_RAY_TRACE_ID]: `Root=${trace}` }, () =>
        documents.send(get(`held-${trace}`)),
      ),
    );
    await vi.waitUntil(() => held.size === 2);
    for (const response of held.values()) answer(response);
    await Promise.all(sent);
    const traces = received.map(({ body, headers }) => [
      /held-\w+/.exec(body)?.[0],
      headers['x-amzn-trace-id'],
    ]);
    expect(traces.sort()).toEqual([
      ['held-one', 'Root=one'],
      ['held-two', 'Root=two'],
    ]);
    documents.destroy();
  });

  it('end only their own requests', async () => {
    const documents = open();
    const own = new AbortController();
    const ended = documents.send(get('held-own'), { abortSignal: own.signal });
    const others = [
      documents.send(get('held-other'), { abortSignal: new AbortController().signal }),
      documents.send(get('held-without')),
    ];
    await vi.waitUntil(() => held.size === 3);
    own.abort();
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    for (const response of held.values()) answer(response);
    expect(await Promise.all(others)).toHaveLength(2);
    documents.destroy();
  });

  it('send nothing when their time was up before', async () => {
    const documents = open();
    const sent = documents.send(get('a'), { abortSignal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    await documents.send(get('b'));
    expect(received).toHaveLength(1);
    documents.destroy();
  });
});
