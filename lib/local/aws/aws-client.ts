import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { LOCAL_REGION } from '../template/intrinsics.ts';
import type { AccessKey } from './access-key.ts';
import { AwsFault } from './aws-fault.ts';
import { authorization, sha256Hex } from './signature.ts';

/**
 * Calls one JSON-protocol service, as the SDKs do, but without their validation, retries and conversions.
 * Stream records come back in exactly the JSON that Lambda puts into an event. The event sources need that, so they
 * do not use an SDK.
 * @throws AwsFault for an error answer; undici's error if the service is unreachable
 */
export type AwsCall = <Output>(operation: string, input: unknown, signal?: AbortSignal) => Promise<Output>;

export interface AwsClientOptions {
  /**
   * Connection pool, closed together with the cloud. The next cloud may listen on the same port, where kept sockets
   * would be dead.
   */
  readonly connections: Dispatcher;
  /** Default: none, for an emulator that does not require credentials. */
  readonly key?: AccessKey;
  /** Token of temporary credentials. */
  readonly sessionToken?: string;
}

/** Emulators require the `authorization` header even if they do not check it. */
const UNVERIFIED_KEY: AccessKey = { accessKeyId: 'local', secretAccessKey: 'local' };

const PROTOCOLS = {
  dynamodb: { prefix: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
  streams: { prefix: 'DynamoDBStreams_20120810', contentType: 'application/x-amz-json-1.0' },
  sqs: { prefix: 'AmazonSQS', contentType: 'application/x-amz-json-1.0' },
  events: { prefix: 'AWSEvents', contentType: 'application/x-amz-json-1.1' },
} as const;

/** Creates a client that signs every call to one service at `endpoint`. */
export function awsClient(
  service: keyof typeof PROTOCOLS,
  endpoint: string,
  { connections, key = UNVERIFIED_KEY, sessionToken }: AwsClientOptions,
): AwsCall {
  const { prefix, contentType } = PROTOCOLS[service];
  const { host, pathname } = new URL(endpoint);
  const scope = service === 'streams' ? 'dynamodb' : service;
  return async <Output>(operation: string, input: unknown, signal?: AbortSignal): Promise<Output> => {
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const body = JSON.stringify(input);
    const headers = {
      host,
      'content-type': contentType,
      'x-amz-target': `${prefix}.${operation}`,
      'x-amz-date': date,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const terms = {
      scope: { day: date.slice(0, 8), region: LOCAL_REGION, service: scope },
      date,
      signedHeaders: Object.keys(headers).sort(),
    };
    const signed = { method: 'POST', target: pathname, headers, payloadHash: sha256Hex(body) };
    const response = await request(endpoint, {
      dispatcher: connections,
      method: 'POST',
      headers: { ...headers, authorization: authorization(signed, terms, key) },
      body,
      signal: signal ?? null,
    });
    const text = await response.body.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (response.statusCode >= 400) {
      const type = String(answer.__type ?? 'UnknownError');
      throw new AwsFault(
        type.slice(type.lastIndexOf('#') + 1),
        String(answer.message ?? answer.Message ?? text),
        response.statusCode,
      );
    }
    return answer as Output;
  };
}
