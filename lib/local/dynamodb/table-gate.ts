import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { AwsFault } from '../aws/aws-fault.ts';
import { sha256Hex } from '../aws/signature.ts';
import { messageOf } from '../errors.ts';
import type { Call } from '../iam/callers/caller.ts';
import type { TableInput } from '../iam/calls/partition-values.ts';
import type { Guard } from '../iam/guard.ts';
import { createFrameReader, type Frame, FrameError } from './request-frames.ts';
import type { TableFault, TableFaults } from './table-faults.ts';

/** A gate that is listening. */
export interface Gate {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface GateOptions {
  /** Address of the emulator. */
  readonly upstream: string;
  readonly guard: Guard;
  /** What a request does. */
  calls(operation: string, input: TableInput): readonly Call[];
  /** Faults of the service itself. They strike functions only: the administrator is the cloud's own reading and repair. */
  readonly faults?: TableFaults;
  /** Called when the emulator answers a request that may have changed a table. Not for requests that pass unread. */
  readonly onWrite?: () => void;
  /** Only for measurements: whether later requests of a connection pass unread. Default: all are judged. */
  readonly isFirstOnly?: boolean;
}

const WRITES: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
]);

const TARGET = /^DynamoDB(?:Streams)?_20120810\.([A-Za-z]+)$/;

/**
 * Guards an emulator that requires no credentials, judges nothing and accepts any `Host`. The gate reads the requests of
 * a connection, verifies and judges each, and passes its bytes on unchanged. Answers pass unread. So a call costs no second
 * HTTP server and client, only the signature and the judgement.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    client.setNoDelay(true);
    serve(client, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of open) client.destroy();
      await closed;
    },
  };
}

/** Serves one connection. */
function serve(client: Socket, options: GateOptions): void {
  const reader = createFrameReader(client.localPort);
  let emulator: Socket | undefined;
  /** The operation of a request that was passed on and whose answer has not begun. */
  let waitingFor: string | undefined;

  const onData = (chunk: Buffer) => {
    try {
      for (const frame of reader.push(chunk)) {
        const operation = operationOf(frame);
        const refusal = refusalOf(frame, operation, options);
        // SDKs wait for an answer before the next request. Without that, a refusal could overtake an answer.
        if (waitingFor !== undefined)
          throw new FrameError('A request was sent before the answer to the last one.');
        if (refusal === undefined) pass(frame, operation);
        else if (refusal.isStranger) end(refusal.fault);
        else client.write(answer(refusal.fault, [], refusal.details));
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      end(new AwsFault('SerializationException', error.message));
    }
  };

  function end(fault: AwsFault): void {
    client.off('data', onData);
    client.end(answer(fault, ['connection: close']));
  }

  function pass(frame: Frame, operation: string): void {
    emulator ??= open();
    waitingFor = operation;
    if (!emulator.write(frame.bytes)) client.pause();
    if (options.isFirstOnly) {
      client.off('data', onData);
      client.pipe(emulator);
    }
  }

  function open(): Socket {
    const { hostname, port } = new URL(options.upstream);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.on('error', () => client.destroy());
    socket.once('close', () => client.destroy());
    socket.on('drain', () => client.resume());
    socket.on('data', () => {
      if (waitingFor !== undefined && WRITES.has(waitingFor)) options.onWrite?.();
      waitingFor = undefined;
    });
    client.once('close', () => socket.destroy());
    socket.pipe(client);
    return socket;
  }

  client.on('data', onData);
}

interface Refusal {
  readonly fault: AwsFault;
  /** The caller is not known: it gets no second request on this connection. */
  readonly isStranger: boolean;
  /** More members of the answer's body. */
  readonly details?: TableFault['details'];
}

/** The operation that a request names; empty: none that the gate knows. */
function operationOf({ head }: Frame): string {
  return TARGET.exec(String(head.headers['x-amz-target']))?.[1] ?? '';
}

/** Why a request must not pass; `undefined` if it may. */
function refusalOf(
  { head, body }: Frame,
  operation: string,
  { guard, calls, faults }: GateOptions,
): Refusal | undefined {
  let isStranger = true;
  try {
    const caller = guard.authenticate(head, sha256Hex(body));
    isStranger = false;
    guard.demand(caller, () => readCalls(calls, operation, body));
    if (faults === undefined || caller.kind === 'administrator') return undefined;
    const fault = faults(operation, () => parse(body));
    return fault && { ...fault, isStranger };
  } catch (error) {
    if (error instanceof AwsFault) return { fault: error, isStranger };
    throw error;
  }
}

/** Reads what a request does. The emulator has not validated it yet, so any member can have any type. */
function readCalls(calls: GateOptions['calls'], operation: string, body: Buffer): readonly Call[] {
  const input = parse(body);
  try {
    return calls(operation, input);
  } catch (error) {
    throw new AwsFault('SerializationException', `The request cannot be read: ${messageOf(error)}`);
  }
}

function parse(body: Buffer): TableInput {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'));
    if (typeof input === 'object' && input !== null) return input as TableInput;
  } catch {
    // Refused below.
  }
  throw new AwsFault('SerializationException', 'The body is not a JSON object.');
}

function answer(
  { code, message }: AwsFault,
  headers: readonly string[] = [],
  details: TableFault['details'] = {},
): string {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message, ...details });
  return [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/x-amz-json-1.0',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}
