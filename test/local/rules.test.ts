import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRecurring } from '../../lib/local/events/recurring.ts';
import type { FunctionPool } from '../../lib/local/functions/pool.ts';
import { createRouter } from '../../lib/local/http-api/routes.ts';
import { createThrottle } from '../../lib/local/http-api/throttle.ts';
import { readAt, readRecurrence } from '../../lib/local/scheduler/expressions.ts';
import { createResolver } from '../../lib/local/template/intrinsics.ts';
import type { Json } from '../../lib/local/template/json-object.ts';

describe('routing', () => {
  const route = createRouter(
    [
      'ANY /v1/{proxy+}',
      'GET /v1/things/{id}',
      'ANY /v1/things/{id}',
      'GET /v1/things/special',
      'POST /v1/{kind}/{id}',
      'GET /v1/things/{id}/parts/{part}',
      'GET /',
      '$default',
    ].map((routeKey) => ({ routeKey, target: routeKey })),
  );
  it.each([
    ['GET', '/v1/things/special', 'GET /v1/things/special', {}],
    ['GET', '/v1/things/7', 'GET /v1/things/{id}', { id: '7' }],
    ['PUT', '/v1/things/7', 'ANY /v1/things/{id}', { id: '7' }],
    ['POST', '/v1/things/special', 'ANY /v1/things/{id}', { id: 'special' }],
    ['POST', '/v1/others/7', 'POST /v1/{kind}/{id}', { kind: 'others', id: '7' }],
    ['GET', '/v1/things/7/parts/x', 'GET /v1/things/{id}/parts/{part}', { id: '7', part: 'x' }],
    ['DELETE', '/v1/things/7/parts/x', 'ANY /v1/{proxy+}', { proxy: 'things/7/parts/x' }],
    ['GET', '/', 'GET /', {}],
    ['GET', '/v2', '$default', {}],
    ['GET', '/v1/', '$default', {}],
  ])('%s %s → %s', (method, path, routeKey, pathParameters) => {
    expect(route(method, path)).toEqual({ routeKey, target: routeKey, pathParameters });
  });
});

describe('a throttle', () => {
  it('lets a burst in, and then the rate', () => {
    let now = 0;
    const mayPass = createThrottle({ burst: 2, rate: 10 }, () => now);
    expect([mayPass(), mayPass(), mayPass()]).toEqual([true, true, false]);
    now = 100;
    expect([mayPass(), mayPass()]).toEqual([true, false]);
    now = 10_000;
    expect([mayPass(), mayPass(), mayPass()]).toEqual([true, true, false]);
  });
});

describe('schedule expressions', () => {
  const at = (moment: string) => Date.parse(`${moment}Z`);
  it.each([
    ['rate(1 minute)', '2026-11-20T08:00:30', '2026-11-20T08:01:30'],
    ['rate(2 hours)', '2026-11-20T08:00:00', '2026-11-20T10:00:00'],
    ['cron(* * * * ? *)', '2026-11-20T08:00:30', '2026-11-20T08:01:00'],
    ['cron(0/5 * * * ? *)', '2026-11-20T08:00:00', '2026-11-20T08:05:00'],
    ['cron(15 10 ? * MON-FRI *)', '2026-11-20T11:00:00', '2026-11-23T10:15:00'],
    ['cron(30 23 1,15 * ? *)', '2026-11-15T23:30:00', '2026-12-01T23:30:00'],
    ['cron(0 0 29 FEB ? *)', '2027-06-01T00:00:00', '2028-02-29T00:00:00'],
  ])('%s after %s is %s', (expression, after, next) => {
    expect(new Date(readRecurrence(expression, 'Rule')(at(after))).toISOString()).toBe(`${next}.000Z`);
  });

  it.each(['rate(0.5 minutes)', 'rate(5)', 'cron(* * * *)', 'cron(61 * * * ? *)', 'hourly'])(
    'refuses %s',
    (expression) => {
      expect(() => readRecurrence(expression, 'Rule')).toThrow(/Rule: the local cloud cannot read/);
    },
  );

  it('reads a moment in UTC', () => {
    expect(readAt('at(2026-11-20T08:00:00)')).toBe(at('2026-11-20T08:00:00'));
    expect(readAt('at(2026-11-20)')).toBeUndefined();
    expect(readAt('at(2026-13-45T99:00:00)')).toBeUndefined();
  });
});

describe('a recurring invocation', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('never overlaps itself, and goes on after a failure', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const target: FunctionPool = {
      logicalId: 'Target',
      name: 'target',
      size: 4,
      running: 0,
      stop: async () => {},
      invoke: async () => {
        runs += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        running -= 1;
        if (runs === 1) throw new Error('the first fails');
        return null;
      },
    };
    const recurring = startRecurring({
      logicalId: 'Rule',
      nextAfter: (after) => after + 1_000,
      target,
      event: () => ({}),
      log: () => {},
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(most).toBe(1);
    // At 1 s for 2.5 s, then a second after it ended, and so on.
    expect(runs).toBe(3);
    const stopped = recurring.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(runs).toBe(3);
  });
});

describe('intrinsic functions', () => {
  const resolver = createResolver(
    {
      stackName: 'Shop',
      conditions: {
        IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
        IsNot: { 'Fn::Not': [{ Condition: 'IsHere' }] },
        Both: {
          'Fn::And': [
            { Condition: 'IsHere' },
            { 'Fn::Or': [{ Condition: 'IsNot' }, { Condition: 'IsHere' }] },
          ],
        },
      },
      parameters: { Size: { Type: 'String', Default: 'large' } },
      mappings: { Map: { 'us-east-1': { key: 'mapped' } } },
    },
    {
      ref: (id) => (id === 'Queue' ? 'http://queue' : undefined),
      attribute: (id, name) => (id === 'Queue' && name === 'Arn' ? 'arn:queue' : undefined),
    },
  );
  it.each<[Json, Json | undefined]>([
    [{ Ref: 'Queue' }, 'http://queue'],
    [{ Ref: 'Size' }, 'large'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    [{ 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, { Ref: 'AWS::AccountId' }]] }, 'Shop-000000000000'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's.
    [{ 'Fn::Sub': '${Queue.Arn}/${AWS::Region}/${!kept}' }, 'arn:queue/us-east-1/${kept}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's.
    [{ 'Fn::Sub': ['${own}', { own: { Ref: 'Queue' } }] }, 'http://queue'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['IsNot', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    [{ 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'key'] }, 'mapped'],
    [{ Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
  ])('%j', (value, expected) => {
    expect(resolver.resolve(value, 'Test')).toEqual(expected);
  });

  it.each<[Json, RegExp]>([
    [{ Ref: 'Nothing' }, /Test: Ref to unknown Nothing/],
    [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, /unknown Queue.Colour/],
    [{ 'Fn::Cidr': ['10.0.0.0/8', 2] }, /does not know Fn::Cidr/],
    ['{{resolve:ssm:name}}', /dynamic reference/],
    [{ 'Fn::If': ['Nobody', 1, 2] }, /condition Nobody is not defined/],
  ])('%j is refused', (value, message) => {
    expect(() => resolver.resolve(value, 'Test')).toThrow(message);
  });
});
