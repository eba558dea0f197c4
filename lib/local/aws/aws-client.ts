import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { LOCAL_REGION } from '../template/intrinsics.ts';
import { AwsFault } from './aws-fault.ts';

/**
 * Calls one JSON-protocol service, as the SDKs do, without their validation, retries and conversions.
 * Stream records come back in exactly the JSON that Lambda puts into an event, which is why the event sources
 * do not use an SDK. The signature is a dummy: neither the emulators nor LocalStack verify it, but all want
 * the header.
 * @throws AwsFault for an error answer; what undici throws when the service is away.
 */
export type AwsCall = <Output>(operation: string, input: unknown, signal?: AbortSignal) => Promise<Output>;

const PROTOCOLS = {
  dynamodb: { prefix: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
  streams: { prefix: 'DynamoDBStreams_20120810', contentType: 'application/x-amz-json-1.0' },
  sqs: { prefix: 'AmazonSQS', contentType: 'application/x-amz-json-1.0' },
} as const;

/**
 * @param connections a pool that lives no longer than the cloud: the next one may listen on the same port, and a
 * socket kept from this one would be dead.
 */
export function awsClient(
  service: keyof typeof PROTOCOLS,
  endpoint: string,
  connections: Dispatcher,
): AwsCall {
  const { prefix, contentType } = PROTOCOLS[service];
  const scope = service === 'sqs' ? 'sqs' : 'dynamodb';
  return async <Output>(operation: string, input: unknown, signal?: AbortSignal): Promise<Output> => {
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const credential = `local/${date.slice(0, 8)}/${LOCAL_REGION}/${scope}/aws4_request`;
    const response = await request(endpoint, {
      dispatcher: connections,
      method: 'POST',
      headers: {
        'content-type': contentType,
        'x-amz-target': `${prefix}.${operation}`,
        'x-amz-date': date,
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=0`,
      },
      body: JSON.stringify(input),
      signal: signal ?? null,
    });
    const text = await response.body.text();
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (response.statusCode >= 400) {
      const type = String(body.__type ?? 'UnknownError');
      throw new AwsFault(
        type.slice(type.lastIndexOf('#') + 1),
        String(body.message ?? body.Message ?? text),
        response.statusCode,
      );
    }
    return body as Output;
  };
}
