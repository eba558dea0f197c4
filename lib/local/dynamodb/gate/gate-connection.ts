import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { AwsFault } from '../../aws/aws-fault.ts';
import { type Judges, refusalAnswer, refusalOf } from './gate-refusal.ts';
import type { GroupCommit, PendingWrite } from './group-commit.ts';
import { type KeyAttributes, mergeableWrite } from './mergeable-write.ts';
import { createFrameReader, FrameError } from './request-frames.ts';
import { type TableRequest, tableRequest } from './table-request.ts';

/** As in `GateOptions`. */
export interface ConnectionOptions extends Judges {
  readonly upstream: string;
  readonly onWrite?: () => void;
  readonly keyAttributes?: KeyAttributes;
  readonly isFirstOnly?: boolean;
  readonly commit: GroupCommit;
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

/** A request whose answer has not begun. */
interface Waiting {
  readonly operation: string;
  /** Called when the answer begins, or the connection breaks. */
  onEnd(isSuccess: boolean): void;
}

const SUCCESS = Buffer.from('HTTP/1.1 200 ');

/** Serves one connection: passes each request on if nothing speaks against it. */
export function serveConnection(client: Socket, options: ConnectionOptions): void {
  const reader = createFrameReader(client.localPort);
  let emulator: Socket | undefined;
  let waiting: Waiting | undefined;

  const onData = (chunk: Buffer) => {
    try {
      for (const frame of reader.push(chunk)) {
        const request = tableRequest(frame);
        const refusal = refusalOf(request, options);
        // SDKs wait for an answer before the next request. Without that, a refusal could overtake an answer.
        if (waiting !== undefined)
          throw new FrameError('A request was sent before the answer to the last one.');
        if (refusal === undefined) forward(request);
        else if (refusal.isStranger) end(refusal.fault);
        else client.write(refusalAnswer(refusal));
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      end(new AwsFault('SerializationException', error.message));
    }
  };

  function end(fault: AwsFault): void {
    client.off('data', onData);
    client.end(refusalAnswer({ fault }, ['connection: close']));
  }

  function forward(request: TableRequest): void {
    const { frame, operation } = request;
    const mergeable = options.isFirstOnly ? undefined : mergeableWrite(request, options.keyAttributes);
    if (mergeable === undefined) {
      pass(request, () => {});
      return;
    }
    const write: PendingWrite = {
      ...mergeable,
      body: frame.body,
      get isGone() {
        return client.destroyed;
      },
      sendAlone: () => pass(request, (isSuccess) => options.commit.ended(write, isSuccess)),
      confirm: () => {
        waiting = undefined;
        if (client.writable) client.write(emptyAnswer());
      },
      abandon: () => client.destroy(),
    };
    waiting = { operation, onEnd: () => {} };
    options.commit.submit(write);
  }

  function pass({ frame, operation }: TableRequest, onEnd: Waiting['onEnd']): void {
    emulator ??= open();
    waiting = { operation, onEnd };
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
    socket.on('data', (chunk: Buffer) => {
      if (waiting !== undefined && WRITES.has(waiting.operation)) options.onWrite?.();
      answered(chunk.subarray(0, SUCCESS.length).equals(SUCCESS));
    });
    client.once('close', () => socket.destroy());
    socket.pipe(client);
    return socket;
  }

  function answered(isSuccess: boolean): void {
    const request = waiting;
    waiting = undefined;
    request?.onEnd(isSuccess);
  }

  client.once('close', () => answered(false));
  client.on('data', onData);
}

/** What the emulator answers to a write that asked for nothing back. */
function emptyAnswer(): string {
  return [
    'HTTP/1.1 200 OK',
    'content-type: application/x-amz-json-1.0',
    `x-amzn-requestid: ${randomUUID()}`,
    'x-amz-crc32: 2745614147',
    'content-length: 2',
    '',
    '{}',
  ].join('\r\n');
}
