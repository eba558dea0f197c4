import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AwsSha256 } from '../../lib/adapters/aws-sha256.ts';

const SECRETS = { text: 'wJalrXUtnFEMI', bytes: new Uint8Array([7, 0, 255]), none: undefined };
const DATA = ['', 'a', 'Zahlung über 3 €', new Uint8Array([1, 2, 3]), new Uint8Array([9, 8, 7]).buffer];

function expected(secret: string | Uint8Array | undefined, parts: readonly (string | Buffer)[]): string {
  const made = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  for (const part of parts) made.update(part);
  return made.digest('hex');
}

const hex = async (made: AwsSha256) => Buffer.from(await made.digest()).toString('hex');
const bytesOf = (data: (typeof DATA)[number]) =>
  typeof data === 'string' ? data : Buffer.from(data instanceof Uint8Array ? data : new Uint8Array(data));

describe.each(Object.entries(SECRETS))('AwsSha256 with a secret of %s', (_, secret) => {
  it.each(DATA)('makes what Node makes of %o', async (data) => {
    const made = new AwsSha256(secret);
    made.update(data);
    expect(await hex(made)).toBe(expected(secret, [bytesOf(data)]));
  });

  it('adds up what it is given in parts, and forgets it when it is reset', async () => {
    const made = new AwsSha256(secret);
    for (const data of DATA) made.update(data);
    expect(await hex(made)).toBe(expected(secret, DATA.map(bytesOf)));
    made.reset();
    expect(await hex(made)).toBe(expected(secret, []));
  });
});

it('takes the part of a buffer that a view shows, as data and as a secret', async () => {
  const whole = new Uint8Array([1, 2, 3, 4]);
  const part = whole.subarray(1, 3);
  const made = new AwsSha256(part);
  made.update(new DataView(whole.buffer, 1, 2));
  expect(await hex(made)).toBe(expected(Buffer.from([2, 3]), [Buffer.from([2, 3])]));
});

it('tells secrets apart that are used one after the other', async () => {
  for (const secret of ['one', 'two', 'one', Buffer.from('one'), Buffer.from('two')]) {
    const made = new AwsSha256(secret);
    made.update('x');
    expect(await hex(made)).toBe(expected(secret, ['x']));
  }
});
