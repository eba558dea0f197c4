import { addAbortSignal, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { HandlerInTurns } from './handler-in-turns.ts';

/** Signed requests to an API of AWS, for functions that need one or two of them: the SDK's client of a service is large. */
export type SendSigned = (request: UnsignedRequest) => Promise<SignedAnswer>;

interface UnsignedRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface SignedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];
/** Settings of any SDK client: all clients of a function sign with the same credentials. */
export type RequestSigner = Pick<SignerOptions, 'credentials' | 'region' | 'sha256'>;

interface SignedRequestOptions {
  readonly signer: RequestSigner;
  /** The service's name in signatures: `lambda`. */
  readonly service: string;
  /** The service's address. */
  readonly endpoint: string;
  /** False for S3, which signs paths as they are sent. Default: true. */
  readonly escapesPath?: boolean;
}

const CONNECTION_TIMEOUT_MS = 1_000;

/** Each request is sent once. @throws Error if there is no answer in time */
export function createSignedRequests(options: SignedRequestOptions): SendSigned {
  const { signer, service, endpoint, escapesPath: uriEscapePath = true } = options;
  const signature = new SignatureV4({ ...signer, service, uriEscapePath });
  const handler = new HandlerInTurns({ connectionTimeout: CONNECTION_TIMEOUT_MS });
  const { protocol, hostname, port } = new URL(endpoint);
  const target = { protocol, hostname, ...(port !== '' && { port: Number(port) }) };
  const host = port === '' ? hostname : `${hostname}:${port}`;
  return async ({ method, path, query = {}, headers, body, timeoutMs }) => {
    const unsigned = { ...target, method, path, query: { ...query }, headers: { host, ...headers } };
    const signed = await signature.sign({ ...unsigned, ...(body !== undefined && { body }) });
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const request = signed as Parameters<HandlerInTurns['handle']>[0];
    const { response } = await handler.handle(request, { abortSignal });
    return {
      statusCode: response.statusCode,
      headers: response.headers,
      body: await text(addAbortSignal(abortSignal, response.body as Readable)),
    };
  };
}
