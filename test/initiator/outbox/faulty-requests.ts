import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What becomes of one request to DynamoDB. */
type Fate =
  | 'fine'
  /** The connection breaks before the request is read. */
  | 'request lost'
  /** The connection breaks after it was done. */
  | 'answer lost'
  /** Nothing comes until the caller gives up; it is done all the same. */
  | 'answer late'
  | 'throttled'
  /** Cancelled for other transactions' sake; reads are not. */
  | 'colliding'
  /** Cancelled between two effects of another transaction: its own items are there already, its last one is held. */
  | 'half seen'
  | 'broken server'
  | 'no permission';

type Handler = DynamoDBClient['config']['requestHandler'];
type Handled = Awaited<ReturnType<Handler['handle']>>;

export interface FaultyClient {
  readonly client: DynamoDBDocumentClient;
  /** The names of the operations that were asked for, in order. */
  readonly asked: readonly string[];
  /** Their bodies. */
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  /** Bodies of the transactions that went out, in order. */
  readonly transactions: readonly { readonly TransactItems: readonly Record<string, unknown>[] }[];
  /** What becomes of the next requests; then all are fine. */
  fates: Fate[];
  /** Whether a fate is for this operation. Default: for all. */
  concerns: (operation: string) => boolean;
  close(): void;
}

/** The real SDK on the real table, with a network that the test controls. */
export function openFaultyClient(): FaultyClient {
  const inner = new DynamoDBClient({ maxAttempts: 1 });
  const handler = inner.config.requestHandler;
  const asked: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const transactions: FaultyClient['transactions'][number][] = [];
  const faulty: FaultyClient = {
    client: DynamoDBDocumentClient.from(inner),
    asked,
    bodies,
    transactions,
    fates: [],
    concerns: () => true,
    close: () => inner.destroy(),
  };
  const handle: Handler['handle'] = async (request, options) => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    asked.push(operation);
    const isTransaction = operation === 'TransactWriteItems';
    const body = JSON.parse(new TextDecoder().decode(request.body));
    bodies.push(body);
    if (isTransaction) transactions.push(body);
    const fate = faulty.concerns(operation) ? (faulty.fates.shift() ?? 'fine') : 'fine';
    switch (fate) {
      case 'fine':
        return handler.handle(request, options);
      case 'request lost':
        throw connectionReset();
      case 'answer lost':
        await drained(await handler.handle(request, options));
        throw connectionReset();
      case 'answer late':
        await drained(await handler.handle(request, {}));
        throw await aborted((options as { readonly abortSignal: AbortSignal }).abortSignal);
      case 'throttled':
        return answer(400, { __type: 'com.amazonaws#ThrottlingException', message: 'slow down' });
      case 'colliding':
        if (!isTransaction) return handler.handle(request, options);
        return cancelled(body.TransactItems.map(() => 'TransactionConflict'));
      case 'half seen':
        return cancelled(
          body.TransactItems.map((_: unknown, index: number) =>
            index < body.TransactItems.length - 1 ? 'ConditionalCheckFailed' : 'TransactionConflict',
          ),
        );
      case 'broken server':
        return answer(500, { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' });
      case 'no permission':
        return answer(400, { __type: 'com.amazon.coral.service#AccessDeniedException' });
    }
  };
  inner.config.requestHandler = Object.assign(Object.create(handler) as Handler, { handle });
  return faulty;
}

function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

async function drained({ response }: Handled): Promise<void> {
  for await (const _ of response.body as Readable);
}

/** The signal's time-out is real, and short in tests: what is tested is that it comes. */
function aborted(signal: AbortSignal): Promise<Error> {
  const error = Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  if (signal.aborted) return Promise.resolve(error);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(error), { once: true }));
}

function cancelled(codes: readonly string[]): Handled {
  return answer(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

function answer(statusCode: number, body: object): Handled {
  const response = {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0', date: new Date().toUTCString() },
    body: Readable.from([JSON.stringify(body)]),
  };
  return { response } as unknown as Handled;
}
