import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { isImpatient, resourceOf, useLocalCloud } from './fixture/harness.ts';

const fixture = await useLocalCloud();

describe('a cloud from a synthesized template', () => {
  it('carries a request through route, function, table, stream, function, queue and function', async () => {
    const { cloud, result } = await fixture.start();
    const response = await fetch(`${cloud.apiUrl}/things/one`, {
      method: 'PUT',
      body: '{"kind":"fine","group":"shop"}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-thing')).toBe('one');
    await eventually(
      () => result('one'),
      (seen) =>
        expect(seen).toMatchObject({
          runs: 1,
          record: {
            body: '{"id":"one","kind":"fine"}',
            attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'shop' },
            messageAttributes: { kind: { stringValue: 'fine', dataType: 'String' } },
            eventSource: 'aws:sqs',
            eventSourceARN: cloud.resources.find('Work', 'AWS::SQS::Queue').arn,
          },
        }),
    );
  });

  it.each([
    ['for all', 0.1],
    ['for each', (rule: string) => (rule.startsWith('EveryMinute') ? 0.1 : 86_400)],
  ])('fires schedule rules at the pace that it was given %s', async (_, scheduleSeconds) => {
    const { item } = await fixture.start({ scheduleSeconds });
    await eventually(
      async () => Number((await item('TICK', 'Scheduled Event'))?.runs?.N),
      (seen) => expect(seen).toBeGreaterThanOrEqual(3),
    );
  });

  it('finds resources by logical id, its beginning and construct path, and refuses what is ambiguous', async () => {
    const { cloud } = await fixture.start();
    const queue = cloud.resources.find('Work', 'AWS::SQS::Queue');
    expect(cloud.resources.find('Fixture/Work')).toBe(queue);
    expect(cloud.resources.find(queue.logicalId)).toBe(queue);
    expect(queue.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/Fixture-Work/);
    expect(() => cloud.resources.find('Wor')).toThrow(/Several resources fit/);
    expect(() => cloud.resources.find('Nowhere')).toThrow(/No resource is Nowhere/);
  });

  it('refuses a data directory that another cloud is using', async () => {
    const dataDir = fixture.newDataDir();
    await fixture.start({ dataDir });
    await expect(fixture.start({ dataDir })).rejects.toMatchObject({ code: 'data_dir_in_use' });
  });

  it('ends the database process when it stops, and leaves nothing that holds the data directory', async () => {
    const dataDir = fixture.newDataDir();
    const { cloud } = await fixture.start({ dataDir });
    const pid = Number(readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).not.toThrow();
    await cloud.stop();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(existsSync(join(dataDir, 'dynamodb.pid'))).toBe(false);
    await fixture.start({ dataDir });
  });
});

describe('the HTTP API', () => {
  it('makes events of payload format 2.0', async () => {
    const { cloud } = await fixture.start();
    const response = await fetch(`${cloud.apiUrl}/echo/a%3Ab/c?x=1&x=2&y=%20z`, {
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['x-one', 'first'],
        ['x-one', 'second'],
        ['cookie', 'a=1; b=2'],
      ],
      body: '{"ü":1}',
    });
    const host = new URL(cloud.apiUrl).host;
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /echo/{proxy+}',
      rawPath: '/echo/a:b/c',
      rawQueryString: 'x=1&x=2&y=%20z',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-one': 'first, second', 'content-type': 'application/json', host },
      queryStringParameters: { x: '1,2', y: ' z' },
      pathParameters: { proxy: 'a:b/c' },
      requestContext: {
        http: { method: 'POST', path: '/echo/a:b/c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        routeKey: 'ANY /echo/{proxy+}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      body: '{"ü":1}',
      isBase64Encoded: false,
    });
  });

  it('passes bodies that are not text as base64, both ways', async () => {
    const { cloud } = await fixture.start();
    const bytes = randomBytes(32);
    const echoed = await fetch(`${cloud.apiUrl}/echo/x`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    expect(await echoed.json()).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
    const binary = await fetch(`${cloud.apiUrl}/binary`);
    expect(binary.headers.get('content-type')).toBe('image/png');
    expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 1, 2, 255]);
  });

  it.each<[string, string | undefined, string, boolean]>([
    ['application/json', 'application/json', '7b7d', false],
    ['application/json in UTF-8', 'application/json; charset=UTF-8', '7b22e694af223a317d', false],
    ['text/plain', 'text/plain;charset="utf-8"', 'e694af', false],
    ['application/xml', 'application/xml', '3c612f3e', false],
    ['another charset', 'application/json; charset=GBK', '7b7d', true],
    ['latin1 text', 'text/plain; charset=iso-8859-1', 'e9', true],
    ['bytes that are no UTF-8', 'application/json', '22c4e322', true],
    ['half a character', 'text/plain', 'e694', true],
    ['a form', 'application/x-www-form-urlencoded', '613d31', true],
    ['application/problem+json', 'application/problem+json', '7b7d', true],
    ['no type', undefined, '7b7d', true],
  ])('hands over a body as an HTTP API does: %s', async (_, type, hex, isBase64Encoded) => {
    const { cloud } = await fixture.start();
    const body = Buffer.from(hex, 'hex');
    const echoed = await fetch(`${cloud.apiUrl}/echo/x`, {
      method: 'POST',
      ...(type !== undefined && { headers: { 'content-type': type } }),
      body,
    });
    expect(await echoed.json()).toMatchObject({
      body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
    });
  });

  it('understands inferred responses and cookies', async () => {
    const { cloud } = await fixture.start();
    await fetch(`${cloud.apiUrl}/things/two`, { method: 'PUT', body: '{"a":1}' });
    const inferred = await fetch(`${cloud.apiUrl}/things/two`);
    expect(inferred.headers.get('content-type')).toBe('application/json');
    expect(await inferred.json()).toEqual({ body: '{"a":1}' });
    const cookies = await fetch(`${cloud.apiUrl}/cookies`);
    expect(cookies.status).toBe(204);
    expect(cookies.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('answers by itself as API Gateway does', async () => {
    const assemblyDir = fixture.assembly((template) => isImpatient(template, 'Api'));
    const { cloud } = await fixture.start({ assemblyDir });
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(cloud.apiUrl + path, init);
      return [response.status, await response.json()];
    };
    expect(await get('/nowhere')).toEqual([404, { message: 'Not Found' }]);
    expect(await get('/fail')).toEqual([500, { message: 'Internal Server Error' }]);
    expect(await get('/odd')).toEqual([500, { message: 'Internal Server Error' }]);
    expect(await get('/never')).toEqual([500, { message: 'Internal Server Error' }]);
    expect(await get('/%E0%A4%A')).toEqual([400, { message: 'Bad Request' }]);
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect(await get('/echo/x', { method: 'POST', body })).toEqual([
      413,
      { message: 'Request Entity Too Large' },
    ]);
  });

  it('honours the time-out of the integration and the throttle of the stage', async () => {
    const assemblyDir = fixture.assembly((template) => {
      resourceOf(template, 'AWS::ApiGatewayV2::Integration').properties.TimeoutInMillis = 100;
      resourceOf(template, 'AWS::ApiGatewayV2::Stage').properties.DefaultRouteSettings = {
        ThrottlingBurstLimit: 2,
        ThrottlingRateLimit: 0.001,
      };
    });
    const { cloud } = await fixture.start({ assemblyDir });
    expect((await fetch(`${cloud.apiUrl}/never`)).status).toBe(503);
    expect((await fetch(`${cloud.apiUrl}/nowhere`)).status).toBe(404);
    const third = await fetch(`${cloud.apiUrl}/nowhere`);
    expect(third.status).toBe(429);
    expect(await third.json()).toEqual({ message: 'Too Many Requests' });
  });
});

describe('functions', () => {
  interface Seen {
    /** Number of events of the instance so far, and the most that ran at once. */
    readonly warm: number;
    readonly most: number;
    readonly thread: number;
    readonly env: Record<string, string>;
    readonly context: Record<string, unknown>;
  }

  it('run in the environment that the template describes, and see none of ours', async () => {
    const { cloud } = await fixture.start({ environment: { LAID_OVER: 'yes' } });
    process.env.NOT_FOR_FUNCTIONS = 'secret';
    const { env, context } = (await cloud.invoke('Misbehave', {})) as Seen;
    const queue = cloud.resources.find('Work', 'AWS::SQS::Queue');
    expect(env).toMatchObject({
      TABLE: cloud.resources.find('Table', 'AWS::DynamoDB::Table').name,
      QUEUE_URL: queue.url,
      QUEUE_ARN: queue.arn,
      JOINED: 'us-east-1/000000000000/Fixture',
      LAID_OVER: 'yes',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_ENDPOINT_URL_DYNAMODB: cloud.endpoints.dynamodb,
    });
    expect(env).not.toHaveProperty('NOT_FOR_FUNCTIONS');
    expect(context).toMatchObject({ functionVersion: '$LATEST', memoryLimitInMB: '256' });
    expect(context.remainingMs).toBeGreaterThan(0);
    expect(context.remainingMs).toBeLessThanOrEqual(30_000);
  });

  it('stay warm, and run as many events at once in one instance as their concurrency allows', async () => {
    const { cloud } = await fixture.start();
    // Two may run at once: the third begins when one of them has ended.
    const seen = (await Promise.all(
      [300, 300, 0].map((waitMs) => cloud.invoke('Misbehave', { waitMs })),
    )) as Seen[];
    expect(new Set(seen.map(({ thread }) => thread)).size).toBe(1);
    expect(seen.map(({ most }) => most)).toEqual([2, 2, 2]);
    expect(Math.max(...seen.map(({ warm }) => warm))).toBe(3);
    expect(seen.map(({ env }) => env.AWS_LAMBDA_MAX_CONCURRENCY)).toEqual(['2', '2', '2']);
  });

  it('run one event at a time if the template says so', async () => {
    const assemblyDir = fixture.assembly((template) => {
      resourceOf(template, 'AWS::Lambda::Function', 'Misbehave').properties.ReservedConcurrentExecutions = 1;
    });
    const { cloud } = await fixture.start({ assemblyDir });
    const seen = (await Promise.all(
      [50, 50, 0].map((waitMs) => cloud.invoke('Misbehave', { waitMs })),
    )) as Seen[];
    expect(seen.map(({ most, warm }) => [most, warm])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(seen[0]?.env).not.toHaveProperty('AWS_LAMBDA_MAX_CONCURRENCY');
  });

  it.each([
    ['loops for ever', { loop: true }, 'time-out', /Task timed out after 1.00 seconds/],
    ['never settles', { never: true }, 'time-out', /Task timed out/],
    ['exits', { exit: true }, 'crash', /exited with 7/],
    ['throws', { throws: true }, 'function-error', /TypeError: on purpose/],
    ['leaves a rejection unhandled', { reject: true, waitMs: 500 }, 'crash', /nobody listens/],
  ])(
    'fails the invocation of one that %s, and serves the next event',
    async (_what, event, kind, message) => {
      const assemblyDir = fixture.assembly((template) => {
        if (kind === 'time-out') isImpatient(template, 'Misbehave');
        resourceOf(template, 'AWS::Lambda::Function', 'Misbehave').properties.ReservedConcurrentExecutions =
          1;
      });
      const { cloud, lines } = await fixture.start({ assemblyDir });
      await expect(cloud.invoke('Misbehave', event)).rejects.toMatchObject({
        kind,
        message: expect.stringMatching(message),
      });
      expect(lines.some(({ line, stream }) => stream === 'event' && message.test(line))).toBe(true);
      expect(await cloud.invoke('Misbehave', {})).toMatchObject({ warm: kind === 'function-error' ? 2 : 1 });
    },
  );

  it('do not run on after their time-out', async () => {
    const assemblyDir = fixture.assembly((template) => isImpatient(template, 'Misbehave'));
    const { cloud, lines } = await fixture.start({ assemblyDir });
    const beats = () => lines.filter(({ line }) => line === 'beat').length;
    await expect(cloud.invoke('Misbehave', { beat: true, never: true })).rejects.toMatchObject({
      kind: 'time-out',
    });
    expect(beats()).toBeGreaterThan(0);
    // What it said before its end may still be on its way here.
    const more = async () => {
      const before = beats();
      await cloud.invoke('Misbehave', { waitMs: 200 });
      return beats() > before;
    };
    await eventually(more, (isBeating) => expect(isBeating).toBe(false));
  });

  it('are let finish when the cloud stops', async () => {
    const { cloud } = await fixture.start();
    const running = cloud.invoke('Misbehave', { waitMs: 300 });
    await cloud.stop();
    await expect(running).resolves.toMatchObject({ warm: 1 });
    await expect(cloud.invoke('Misbehave', {})).rejects.toThrow(/stopping/);
  });
});
