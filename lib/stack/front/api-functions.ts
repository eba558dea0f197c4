import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { apiEnvironment, laneEnvironment } from '../function-environment.ts';
import { createFunction, type Part } from '../service-function.ts';

const API_TIMEOUT_SECONDS = 20;

/** Answers queries: transactions, the feed, windows, reconciliations, statements. */
export function createQuery(part: Part): LambdaFunction {
  const { statements, signingSecret } = part.resources;
  return createFunction(part, {
    name: 'query',
    timeoutSeconds: API_TIMEOUT_SECONDS,
    environment: {
      ...apiEnvironment(part.resources, part.settings),
      TIDINGS_SIGNING_SECRET_ID: signingSecret.secretArn,
      TIDINGS_STATEMENTS_BUCKET: statements.bucketName,
      TIDINGS_STATEMENTS_HOST: statements.bucketRegionalDomainName,
    },
  });
}

/** Manages merchants, endpoints and keys. Acknowledges and redelivers notifications. */
export function createAdmin(part: Part): LambdaFunction {
  return createFunction(part, {
    name: 'admin',
    timeoutSeconds: API_TIMEOUT_SECONDS,
    environment: {
      ...apiEnvironment(part.resources, part.settings),
      ...laneEnvironment(part.resources),
    },
  });
}

/** Serves the OpenAPI document, a bundled file. It needs no grants. */
export function createDocument(part: Part): LambdaFunction {
  return createFunction(part, { name: 'document', timeoutSeconds: 5, memoryMb: 128, environment: {} });
}
