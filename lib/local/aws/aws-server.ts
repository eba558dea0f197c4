import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Call } from '../iam/callers/caller.ts';
import type { Guard } from '../iam/guard.ts';
import type { Log } from '../logging/log.ts';
import { AwsFault } from './aws-fault.ts';
import { headOf } from './request-head.ts';
import { sha256Hex } from './signature.ts';

/** The input of an operation as received. Nothing is validated yet. */
export type AwsInput = Readonly<Record<string, unknown>>;

/** What an operation may know of its request. */
export interface AwsRequest {
  /** Aborted when the caller disconnects; a long poll must then take no messages. */
  readonly disconnected: AbortSignal;
  /** `X-Amzn-Trace-Id` of a caller that is a function. */
  readonly traceHeader: string | undefined;
}

type AwsOperation = (input: AwsInput, request: AwsRequest) => unknown;

/** A service of the JSON protocol: `X-Amz-Target: <prefix>.<Operation>`. */
export interface JsonService {
  readonly targetPrefix: string;
  readonly operations: Readonly<Record<string, AwsOperation>>;
  /** What a request does, for the guard. */
  calls(operation: string, input: AwsInput): readonly Call[];
  /** SQS clients still read the codes of the older query protocol from a header. */
  queryErrorCode?(code: string): string;
}

/** A request of the REST-JSON protocol. */
export interface RestRequest {
  readonly method: string;
  readonly url: URL;
  readonly input: AwsInput;
  /** As in `AwsRequest`. */
  readonly traceHeader: string | undefined;
}

/** A service of the REST-JSON protocol. */
export interface RestService {
  /** Returns what a request does, for the guard, and how to do it; `undefined` if the path is not its own. */
  route(request: RestRequest): RestOperation | undefined;
}

interface RestOperation {
  readonly calls: readonly Call[];
  /** Returns the output. */
  run(): unknown;
}

/** An output with headers. */
export class AwsOutput {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: unknown, headers: Readonly<Record<string, string>>) {
    this.body = body;
    this.headers = headers;
  }
}

/** Larger than any request that the services accept (SQS: 1 MiB, escaped). */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export interface AwsServerOptions {
  readonly json: readonly JsonService[];
  readonly rest: readonly RestService[];
  readonly guard: Guard;
  readonly log: Log;
}

/** The operation that a request names, and a signal for the caller's disconnect. */
interface Addressed {
  readonly service: JsonService | undefined;
  readonly target: string;
  readonly disconnected: AbortSignal;
}

/**
 * Serves all stand-ins on one port; their targets and paths do not collide. Requests are authenticated and judged as on
 * AWS.
 */
export function createAwsServer({ json, rest, guard, log }: AwsServerOptions): Server {
  return createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const disconnected = new AbortController();
    response.on('close', () => disconnected.abort());
    const target = String(request.headers['x-amz-target'] ?? '');
    const service = json.find(({ targetPrefix }) => target.startsWith(`${targetPrefix}.`));
    try {
      const output = await dispatch(request, { service, target, disconnected: disconnected.signal });
      const { body, headers } = output instanceof AwsOutput ? output : new AwsOutput(output ?? {}, {});
      if (!disconnected.signal.aborted) send(response, service, { statusCode: 200, body, headers });
    } catch (error) {
      if (!(error instanceof AwsFault)) {
        log({
          source: 'cloud',
          stream: 'event',
          line: `${target || request.url} failed: ${messageOf(error)}`,
        });
      }
      const fault =
        error instanceof AwsFault ? error : new AwsFault('InternalFailure', messageOf(error), 500);
      const queryCode = service?.queryErrorCode?.(fault.code);
      send(response, service, {
        statusCode: fault.statusCode,
        body: { __type: fault.code, message: fault.message, Message: fault.message },
        headers: {
          'x-amzn-errortype': fault.code,
          ...(queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};Sender` }),
        },
      });
    }
  }

  async function dispatch(
    request: IncomingMessage,
    { service, target, disconnected }: Addressed,
  ): Promise<unknown> {
    const body = await readBody(request);
    const caller = guard.authenticate(headOf(request), sha256Hex(body));
    const input = parse(body.toString('utf8'));
    const { 'x-amzn-trace-id': trace } = request.headers;
    const traceHeader = trace === undefined ? undefined : String(trace);
    if (service !== undefined) {
      const name = target.slice(service.targetPrefix.length + 1);
      const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
      if (operation === undefined) {
        throw new AwsFault('UnsupportedOperation', `The local cloud does not know ${target}.`);
      }
      guard.demand(caller, () => service.calls(name, input));
      return await operation(input, { disconnected, traceHeader });
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    for (const { route } of rest) {
      const routed = route({ method: request.method ?? 'GET', url, input, traceHeader });
      if (routed === undefined) continue;
      guard.demand(caller, () => routed.calls);
      return routed.run();
    }
    throw new AwsFault(
      'UnknownOperationException',
      `Nothing serves ${request.method} ${url.pathname} ${target}`,
      404,
    );
  }
}

interface AwsAnswer {
  readonly statusCode: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(
  response: ServerResponse,
  service: JsonService | undefined,
  { statusCode, body, headers }: AwsAnswer,
): void {
  // Before the head is written: it throws for an output that is nested too deep, and the caller then gets a fault.
  const text = JSON.stringify(body);
  const isQueryCompatible = service?.queryErrorCode !== undefined;
  response.writeHead(statusCode, {
    'content-type': isQueryCompatible ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new AwsFault('RequestEntityTooLargeException', 'The request is too large.', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: string): AwsInput {
  if (body === '') return {};
  try {
    return JSON.parse(body) as AwsInput;
  } catch {
    throw new AwsFault('SerializationException', 'The body is not JSON.');
  }
}
