import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { AwsFault } from '../aws/aws-fault.ts';
import { close, listen } from '../aws/listen.ts';
import { headOf } from '../aws/request-head.ts';
import { s3Calls } from '../iam/calls/s3-calls.ts';
import type { Guard } from '../iam/guard.ts';
import { LOCAL_REGION } from '../template/intrinsics.ts';
import type { Stack } from '../template/stack-resources.ts';

export interface S3Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

interface S3Place {
  readonly dataDir: string;
  readonly guard: Guard;
}

/** Errors for which S3 uses its own code. */
const S3_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  MissingAuthenticationTokenException: 'AccessDenied',
  UnrecognizedClientException: 'InvalidAccessKeyId',
  IncompleteSignatureException: 'AuthorizationHeaderMalformed',
  InvalidSignatureException: 'SignatureDoesNotMatch',
};

/**
 * Serves buckets with fauxqs; objects are files below `<dataDir>/s3`. fauxqs listens on every interface and does not
 * authenticate. So our own server listens on loopback, authenticates and judges, and passes requests on within the process. On
 * fauxqs's own port every connection is closed before a byte is read. The signed body hash is not verified, because
 * the body passes through as a stream.
 */
export async function startS3(
  dataDir: string,
  { buckets, guard }: { readonly buckets: readonly string[]; readonly guard: Guard },
): Promise<S3Server> {
  const { startFauxqs } = await import('fauxqs');
  const fauxqs = await startFauxqs({
    port: 0,
    host: '127.0.0.1',
    logger: false,
    defaultRegion: LOCAL_REGION,
    s3StorageDir: join(dataDir, 's3'),
  });
  const inner = await serverBehind(fauxqs.port);
  const openPort = closePort(fauxqs.port);
  const server = createServer((request, response) => {
    try {
      const head = headOf(request);
      const copySource = request.headers['x-amz-copy-source'];
      guard.demand(guard.authenticate(head), () => s3Calls({ ...head, copySource: copySource?.toString() }));
      inner.emit('request', request, response);
    } catch (error) {
      refuse(response, error);
    }
  });
  for (const bucket of buckets) fauxqs.createBucket(bucket);
  return {
    endpoint: await listen(server, 0),
    stop: async () => {
      await close(server);
      openPort();
      await fauxqs.stop();
    },
  };
}

/** Starts S3 for the buckets of the stack; `undefined` if it has none. */
export async function provideS3(
  stack: Stack,
  { dataDir, guard }: S3Place,
  onStop: (stop: () => Promise<void>) => void,
): Promise<string | undefined> {
  const buckets = stack.ofType('AWS::S3::Bucket').map(({ physical }) => physical.name);
  if (buckets.length === 0) return undefined;
  const server = await startS3(dataDir, { buckets, guard });
  onStop(server.stop);
  return server.endpoint;
}

/** Finds the server that listens on a port of this process, by sending it a request. */
async function serverBehind(port: number): Promise<Server> {
  const found = Promise.withResolvers<Server>();
  const onRequest = (message: unknown) => {
    const { server, socket } = message as { readonly server: Server; readonly socket: Socket };
    if (socket.localPort === port) found.resolve(server);
  };
  subscribe('http.server.request.start', onRequest);
  try {
    await fetch(`http://127.0.0.1:${port}/health`);
    return await found.promise;
  } finally {
    unsubscribe('http.server.request.start', onRequest);
  }
}

/**
 * Closes every connection to a port of this process.
 * @returns a function that allows connections again
 */
function closePort(port: number): () => void {
  const end = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.localPort === port) socket.destroy();
  };
  subscribe('net.server.socket', end);
  return () => unsubscribe('net.server.socket', end);
}

function refuse(response: ServerResponse, error: unknown): void {
  const fault = error instanceof AwsFault ? error : new AwsFault('InternalError', 'Internal error', 500);
  const code = S3_CODES[fault.code] ?? fault.code;
  // The body may be large and is not read, so the connection cannot be reused.
  response.writeHead(fault.statusCode, { 'content-type': 'application/xml', connection: 'close' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(fault.message)}</Message></Error>`,
  );
}

/** Escapes what would end an element: messages name keys, which may contain anything. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
