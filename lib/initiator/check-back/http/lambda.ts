import type { CheckBackHandler } from '../handler.ts';
import { answering } from './handling.ts';
import { lambdaBody } from './request-body.ts';

/** What is read of an event of API Gateway (payload 1.0 or 2.0), a function URL, or a load balancer. */
export interface LambdaHttpEvent {
  readonly body?: string | null;
  /** Whether `body` is base64: decided by the gateway's binary types, so both must be right. */
  readonly isBase64Encoded?: boolean;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** Payload 1.0 and load balancers that are set to it. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  /** Payload 1.0 and load balancers. */
  readonly httpMethod?: string;
  /** Payload 2.0 and function URLs. */
  readonly requestContext?: { readonly http?: { readonly method?: string } };
}

export interface LambdaHttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/**
 * Behind AWS Lambda.
 *
 * @throws InitiatorFault `invalid_option`
 * @example export const handler = toLambdaHandler(answerChecks);
 */
export function toLambdaHandler(
  handler: CheckBackHandler,
): (event: LambdaHttpEvent) => Promise<LambdaHttpResult> {
  const answer = answering(handler);
  return async (event) => {
    const { httpMethod, requestContext, multiValueHeaders, headers: single } = event ?? {};
    const { status, headers, body } = await answer({
      method: String(httpMethod ?? requestContext?.http?.method ?? ''),
      headers: { ...multiValueHeaders, ...single },
      readBody: (maxBytes) => lambdaBody(event, maxBytes),
    });
    return { statusCode: status, headers: { ...headers }, body, isBase64Encoded: false };
  };
}
