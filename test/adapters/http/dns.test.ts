import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { createDnsResolve } from '../../../lib/adapters/http/guarded-connector.ts';

const A = 1;
const AAAA = 28;
const NXDOMAIN = 3;
const SERVFAIL = 2;

/** What a name server says: a failure, or the addresses as bytes for each type of record. */
type Zone = { readonly failure: number } | { readonly [A]?: number[][]; readonly [AAAA]?: number[][] };

let server: Socket;
let asked: number[];

afterEach(() => {
  server.close();
});

async function resolveFrom(zone: Zone, hostname = 'merchant.example.com'): Promise<readonly string[]> {
  asked = [];
  server = createSocket('udp4', (query, from) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const type = question.readUInt16BE(question.length - 4);
    asked.push(type);
    const addresses = 'failure' in zone ? [] : ((type === A ? zone[A] : zone[AAAA]) ?? []);
    const code = 'failure' in zone ? zone.failure : 0;
    const counts = [0, 1, 0, addresses.length, 0, 0, 0, 0];
    const records = addresses.flatMap((bytes) => [
      0xc0,
      12,
      0,
      type,
      0,
      1,
      0,
      0,
      0,
      60,
      0,
      bytes.length,
      ...bytes,
    ]);
    const head = Buffer.from([...query.subarray(0, 2), 0x81, 0x80 | code, ...counts]);
    server.send(Buffer.concat([head, question, Buffer.from(records)]), from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  return createDnsResolve({ servers: [`127.0.0.1:${server.address().port}`] })(hostname);
}

describe('DNS', () => {
  test('is asked for IPv4, and gives all of it', async () => {
    const zone = {
      [A]: [
        [192, 0, 2, 1],
        [10, 0, 0, 1],
      ],
      [AAAA]: [[0x20, 1, ...Array<number>(14).fill(0)]],
    };
    expect([...(await resolveFrom(zone))].sort()).toEqual(['10.0.0.1', '192.0.2.1']);
    expect(asked).toEqual([A]);
  });

  test('is asked for IPv6 where a name has no IPv4', async () => {
    expect(await resolveFrom({ [AAAA]: [[0x20, 1, ...Array<number>(13).fill(0), 1]] })).toEqual(['2001::1']);
    expect(asked).toEqual([A, AAAA]);
  });

  test('is not asked again about a name that does not exist', async () => {
    await expect(resolveFrom({ failure: NXDOMAIN })).rejects.toThrow();
    expect(asked).toEqual([A]);
  });

  test.each<[string, Zone]>([
    ['that has no address at all', {}],
    ['whose servers fail', { failure: SERVFAIL }],
  ])('gives an error for a name %s', async (_, zone) => {
    await expect(resolveFrom(zone)).rejects.toThrow();
  });

  test.each(['localhost', 'receiver.localhost'])('is not asked about %s', async (hostname) => {
    expect(await resolveFrom({ failure: NXDOMAIN }, hostname)).toEqual(['127.0.0.1', '::1']);
    expect(asked).toEqual([]);
  });
});
