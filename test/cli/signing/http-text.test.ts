import { expect, it } from 'vitest';
import { savedRequestOf } from '../../../lib/cli/signing/http-text.ts';

it.each(['\n', '\r\n'])(
  'reads a saved request with line ends %j, and keeps the body byte for byte',
  (end) => {
    const body = Buffer.from([0x7b, 0x0d, 0x0a, 0xff, 0x0a]);
    const head = ['POST /hook HTTP/1.1', 'Webhook-Id: msg_1', 'x-empty:', '', ''].join(end);
    expect(savedRequestOf(Buffer.concat([Buffer.from(head), body]))).toEqual({
      headers: { 'webhook-id': 'msg_1', 'x-empty': '' },
      body,
    });
  },
);

it.each(['', '{"a":1}', '{"a":1}\n', 'webhook-id: msg_1', 'no header\n\n{}'])(
  'does not read %j as a request',
  (text) => {
    expect(savedRequestOf(Buffer.from(text))).toBeUndefined();
  },
);
