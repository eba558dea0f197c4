import type { RequestHead } from '../../aws/authentication.ts';

/** One whole request of a connection. */
export interface Frame {
  readonly head: RequestHead;
  readonly body: Buffer;
  /** Head and body as they arrived. */
  readonly bytes: Buffer;
}

/** Takes the bytes of a connection apart into requests. */
export interface FrameReader {
  /**
   * Adds bytes and returns the requests that are complete now.
   * @throws FrameError if the bytes are not a request that can be passed on safely
   */
  push(chunk: Buffer): readonly Frame[];
}

/** Bytes that are not a request, or whose end two readers could place differently. */
export class FrameError extends Error {}

const END_OF_HEAD = '\r\n\r\n';
/** Maximum size of a request head in bytes. */
const MAX_HEAD_BYTES = 64 * 1024;
/** DynamoDB accepts 16 MB in a request. */
const MAX_BODY_BYTES = 17 * 1024 * 1024;
const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** @param port the port on which the connection arrived */
export function createFrameReader(port: number | undefined): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  let later: Buffer[] = [];
  let size = 0;
  /** Bytes of the next request, as far as they are known. Before they are there, chunks are only kept. */
  let needed = 0;
  return {
    push(chunk) {
      later.push(chunk);
      size += chunk.length;
      if (size < needed) return [];
      rest = later.length === 1 ? chunk : Buffer.concat(later);
      const frames: Frame[] = [];
      for (let frame = next(); frame !== undefined; frame = next()) frames.push(frame);
      later = rest.length === 0 ? [] : [rest];
      size = rest.length;
      return frames;
    },
  };

  function next(): Frame | undefined {
    needed = 0;
    if (rest.length === 0) return undefined;
    const end = rest.indexOf(END_OF_HEAD);
    if (end < 0 || end > MAX_HEAD_BYTES) {
      if (rest.length > MAX_HEAD_BYTES) throw new FrameError('The head of the request is too long.');
      return undefined;
    }
    const head = readHead(rest.toString('latin1', 0, end), port);
    const bodyAt = end + END_OF_HEAD.length;
    const length = bodyLength(head);
    needed = bodyAt + length;
    if (rest.length < needed) return undefined;
    const bytes = rest.subarray(0, bodyAt + length);
    rest = rest.subarray(bodyAt + length);
    return { head, bytes, body: bytes.subarray(bodyAt) };
  }
}

function readHead(text: string, port: number | undefined): RequestHead {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [, method, target] = REQUEST_LINE.exec(requestLine) ?? [];
  if (method === undefined || target === undefined) throw new FrameError('This is not an HTTP request.');
  // Without a prototype: the names are those of a stranger.
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, given = '', value = ''] = HEADER.exec(line) ?? [];
    const name = given.toLowerCase();
    // A header that stands twice could be read in two ways: the emulator behind may take the other one.
    if (name === '' || Object.hasOwn(headers, name))
      throw new FrameError('A header is malformed or repeated.');
    headers[name] = value;
  }
  return { method, target, headers, port };
}

function bodyLength({ headers }: RequestHead): number {
  if (headers['transfer-encoding'] !== undefined) throw new FrameError('The request needs a content-length.');
  const length = headers['content-length'] ?? '0';
  if (typeof length !== 'string' || !/^\d{1,9}$/.test(length))
    throw new FrameError('The content-length is invalid.');
  const bytes = Number(length);
  if (bytes > MAX_BODY_BYTES) throw new FrameError('The request is too large.');
  return bytes;
}
