import { describe, expect, it } from 'vitest';
import { createRouter } from '../../../lib/local/http-api/routes.ts';

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
