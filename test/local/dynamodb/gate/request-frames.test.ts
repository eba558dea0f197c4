import { describe, expect, it } from 'vitest';
import { createFrameReader, FrameError } from '../../../../lib/local/dynamodb/gate/request-frames.ts';

const request = (body: string, headers = `content-length: ${Buffer.byteLength(body)}`) =>
  Buffer.from(`POST / HTTP/1.1\r\nHost: localhost:8000\r\n${headers}\r\n\r\n${body}`, 'latin1');

describe('the bytes of a connection', () => {
  it.each([1, 2, 7, 1_000])('are taken apart into requests, in pieces of %i bytes', (size) => {
    const bytes = Buffer.concat([request('{"a":1}'), request(''), request('{"b":2}')]);
    const reader = createFrameReader(8000);
    const bodies: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      for (const { body, head } of reader.push(bytes.subarray(at, at + size))) {
        expect(head).toMatchObject({
          method: 'POST',
          target: '/',
          port: 8000,
          headers: { host: 'localhost:8000' },
        });
        bodies.push(body.toString());
      }
    }
    expect(bodies).toEqual(['{"a":1}', '', '{"b":2}']);
  });

  it('pass on unchanged', () => {
    const bytes = request('{"a":1}');
    expect(
      createFrameReader(1)
        .push(bytes)
        .map((frame) => frame.bytes),
    ).toEqual([bytes]);
  });

  it.each([
    ['a body without its length', 'transfer-encoding: chunked'],
    ['two lengths', 'content-length: 1\r\ncontent-length: 2'],
    ['a length in two spellings', 'content-length: 1\r\nContent-Length: 1'],
    ['a length that is no number', 'content-length: +1'],
    ['a length beyond every request', 'content-length: 99999999'],
    ['a header that goes on in the next line', 'x-a: 1\r\n 2'],
    ['a space in front of the colon', 'content-length : 1'],
    ['two hosts', 'host: evil.example'],
  ])('with %s are refused: two readers could see another end of it', (_, headers) => {
    expect(() => createFrameReader(1).push(request('x', headers))).toThrow(FrameError);
  });

  it('that are no request, or an endless one, are refused', () => {
    expect(() => createFrameReader(1).push(Buffer.from('hello\r\n\r\n'))).toThrow(FrameError);
    const reader = createFrameReader(1);
    expect(reader.push(Buffer.alloc(60_000, 'a'))).toEqual([]);
    expect(() => reader.push(Buffer.alloc(60_000, 'a'))).toThrow(FrameError);
  });
});
