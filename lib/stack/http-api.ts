import { CfnStage, HttpApi, type HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Which function serves which requests. A test holds this list against the contract. */
const ROUTES = {
  record: [
    'PUT /v1/merchants/{merchantId}/transactions/{transactionId}',
    'POST /v1/merchants/{merchantId}/transactions',
    'GET /v1/unresolved',
    'POST /v1/unresolved/{merchantId}/{transactionId}/resolve',
  ],
  query: [
    'GET /v1/merchants/{merchantId}/transactions/{transactionId}',
    'GET /v1/transactions/{transactionId}',
    'GET /v1/transactions',
    'GET /v1/windows',
    'GET /v1/windows/{start}',
    'GET /v1/windows/{start}/transactions',
    'POST /v1/reconciliations',
    'GET /v1/notifications',
    'GET /v1/public-keys',
    'GET /v1/statements/{date}',
  ],
  'test-request': ['POST /v1/merchants/{merchantId}/endpoints/{endpointId}/test'],
  document: ['GET /openapi.json'],
  admin: [
    'POST /v1/merchants',
    'GET /v1/merchants/{merchantId}',
    'PATCH /v1/merchants/{merchantId}',
    'POST /v1/merchants/{merchantId}/secrets',
    'POST /v1/merchants/{merchantId}/endpoints',
    'GET /v1/merchants/{merchantId}/endpoints',
    'GET /v1/merchants/{merchantId}/endpoints/{endpointId}',
    'PATCH /v1/merchants/{merchantId}/endpoints/{endpointId}',
    'DELETE /v1/merchants/{merchantId}/endpoints/{endpointId}',
    'POST /v1/merchants/{merchantId}/endpoints/{endpointId}/secrets',
    'POST /v1/merchants/{merchantId}/keys',
    'GET /v1/merchants/{merchantId}/keys',
    'DELETE /v1/merchants/{merchantId}/keys/{keyId}',
    'POST /v1/keys',
    'GET /v1/keys',
    'DELETE /v1/keys/{keyId}',
    'POST /v1/transactions/{transactionId}/acknowledge',
    'POST /v1/notifications/{notificationId}/redeliver',
    'POST /v1/redeliveries',
    'GET /v1/redeliveries/{jobId}',
    // Whatever no route names gets a problem of ours, like every other mistake.
    '$default',
  ],
} as const;

export interface Throttle {
  /** Requests a second; 2,000 unless said otherwise. */
  readonly rateLimit?: number | undefined;
  /** 4,000 unless said otherwise. */
  readonly burstLimit?: number | undefined;
}

export function createHttpApi(
  scope: Construct,
  options: {
    readonly functions: Readonly<Record<keyof typeof ROUTES, IFunction>>;
    readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  },
): HttpApi {
  const api = new HttpApi(scope, 'Api', {
    description: 'Records outcomes, answers queries, manages merchants.',
    defaultIntegration: new HttpLambdaIntegration('DefaultIntegration', options.functions.admin),
  });
  for (const name of Object.keys(ROUTES) as (keyof typeof ROUTES)[]) {
    const integration = new HttpLambdaIntegration(`${name}Integration`, options.functions[name]);
    for (const route of ROUTES[name]) {
      const [method, path] = route.split(' ');
      if (path === undefined) continue;
      api.addRoutes({ path, methods: [method as HttpMethod], integration });
    }
  }
  const stage = api.defaultStage?.node.defaultChild;
  if (stage instanceof CfnStage) {
    const { rateLimit, burstLimit } = options.throttle;
    stage.defaultRouteSettings = { throttlingRateLimit: rateLimit, throttlingBurstLimit: burstLimit };
  }
  return api;
}
