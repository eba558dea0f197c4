import type { HeaderSource } from '../../protocol/http/header-source.ts';
import { type AdapterOptions, answering, type CallbackHandler } from './handling.ts';
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
 * @throws ReceiverFault `invalid_option`
 * @example export const handler = toLambdaHandler(receiver.handle);
 */
export function toLambdaHandler(
  handler: CallbackHandler,
  options?: AdapterOptions,
): (event: LambdaHttpEvent) => Promise<LambdaHttpResult> {
  const answer = answering(handler, options);
  return async (event) => {
    const { httpMethod, requestContext } = event ?? {};
    const { status, headers, body } = await answer({
      method: String(httpMethod ?? requestContext?.http?.method ?? ''),
      headers: headersOf(event ?? {}),
      readBody: (maxBytes) => lambdaBody(event, maxBytes),
    });
    return { statusCode: status, headers: { ...headers }, body: body ?? '', isBase64Encoded: false };
  };
}

function headersOf({ headers, multiValueHeaders }: LambdaHttpEvent): HeaderSource {
  return { ...multiValueHeaders, ...headers };
}
