import type { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Part } from '../lambda/service-function.ts';
import { createLogGroup } from '../storage/log-groups.ts';

/** One line of JSON for each request, about 220 bytes. Keys are never in it: they come in a header. */
const FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  ms: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
});

/** Logs each request, also those that reach no function: throttled ones, and those of a function that fails to start. */
export function logAccess({ scope, settings, resources }: Part, stage: CfnStage): void {
  const { logGroupArn } = createLogGroup(scope, 'AccessLogs', settings, resources.storage.key);
  stage.accessLogSettings = { destinationArn: logGroupArn, format: FORMAT };
}
