import { mkdtempSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  EXPIRED,
  KEY,
  MERCHANT,
  OTHER_HOST,
  SELF_SIGNED,
} from '../../adapters/http/certificates.ts';
import { useServer } from '../../support/running/listening.ts';
import { ran } from '../receivers/examine-here.ts';
import {
  type Faults,
  handmadeReceiver,
  rightReceiver,
  spacedJson,
} from '../receivers/receivers-to-examine.ts';

const startServer = useServer();

async function examined(receiver: RequestListener, words: readonly string[] = []) {
  return ran(['doctor', `${await startServer(receiver)}hook`, ...words]);
}

describe('a right receiver', () => {
  it('built on the kit has no fault, and what is loopback is named', async () => {
    const { status, checks, stdout } = await examined(rightReceiver());
    expect(checks).toEqual({
      url: 'unknown',
      dns: 'right',
      address_guard: 'unknown',
      connect: 'right',
      tls: 'unknown',
      answer_time: expect.stringMatching(/right|unknown/),
      redirect: 'right',
      clock: 'right',
      answer_size: 'right',
      signature: 'right',
      body_parser: 'right',
      forgery: 'right',
      changed_body: 'right',
      no_signature: 'right',
      old_signature: 'right',
      duplicate: 'right',
    });
    expect(stdout).toContain('loopback');
    expect(status).toBe(0);
  });

  it('is examined without its secret as far as that goes', async () => {
    const url = await startServer(rightReceiver());
    const { status, checks } = await ran(['doctor', url], {});
    expect(checks).toMatchObject({ signature: 'unknown', forgery: 'right', no_signature: 'right' });
    expect(status).toBe(0);
  });
});

describe('a fault is named, and no other', () => {
  it.each<[string, Faults, readonly string[]]>([
    [
      'forgeries are accepted',
      { acceptsForgeries: true },
      ['forgery', 'changed_body', 'no_signature', 'old_signature'],
    ],
    ['what is not signed is accepted', { acceptsUnsigned: true }, ['no_signature']],
    ['old signatures are accepted', { acceptsOld: true }, ['old_signature']],
    ['all is refused', { refusesAll: 403 }, ['signature']],
    ['duplicates are refused', { refusesDuplicates: true }, ['duplicate']],
    ['JSON.stringify runs before the verifier', { parsesFirst: JSON.stringify }, ['body_parser']],
    ['json.dumps runs before the verifier', { parsesFirst: spacedJson }, ['body_parser']],
    [
      'the body is printed in lines before',
      { parsesFirst: (value) => JSON.stringify(value, null, 2) },
      ['body_parser'],
    ],
    [
      'the body is written in a way that nobody guesses',
      { parsesFirst: (value) => `${JSON.stringify(value)}\n` },
      ['signature'],
    ],
    [
      'it redirects',
      { answer: (response) => response.writeHead(308, { location: 'https://shop.example/hook/' }).end() },
      ['redirect'],
    ],
    ['answers are long', { answer: (response) => response.end('a'.repeat(20_000)) }, ['answer_size']],
    [
      'headers are long',
      { answer: (response) => response.writeHead(204, { a: 'a'.repeat(20_000) }).end() },
      ['answer_size'],
    ],
    [
      'its clock is wrong',
      { answer: (response) => response.writeHead(204, { date: 'Fri, 20 Nov 2026 08:00:00 GMT' }).end() },
      ['clock'],
    ],
    ['it breaks off', { answer: (response) => response.destroy() }, ['answer']],
  ])('%s', async (_, faults, expected) => {
    const result = await examined(handmadeReceiver(faults));
    expect(result.faults.toSorted()).toEqual(expected.toSorted());
    expect(result.status).toBe(1);
  });

  it('it never answers', async () => {
    const { faults, checks } = await examined(() => {}, ['--timeout', '1s']);
    expect(faults).toEqual(['answer_time']);
    expect(checks).toMatchObject({ signature: 'unknown' });
  });

  it('nothing listens', async () => {
    const { faults, status } = await ran(['doctor', 'http://127.0.0.1:1/']);
    expect({ faults, status }).toEqual({ faults: ['connect'], status: 1 });
  });

  it('the name is not known', async () => {
    const { faults } = await ran(['doctor', 'https://shop.invalid/hook']);
    expect(faults).toEqual(['dns']);
  });
});

describe('the address', () => {
  it.each([
    ['https://0.0.0.0:1/', ['address_guard', 'connect', 'url']],
    ['http://user:secret@127.0.0.2:1/', ['connect', 'url']],
    ['https://shop.invalid:9000/', ['dns', 'url']],
    ['http://shop.invalid/', ['dns', 'url']],
    ['https://user:secret@shop.invalid/', ['dns', 'url']],
    ['https://shop.invalid/#part', ['dns', 'url']],
    ['https://shop.invalid./', ['dns', 'url']],
  ])('%s has the faults %j', async (url, faults) => {
    const result = await ran(['doctor', url]);
    expect(result.faults.toSorted()).toEqual(faults);
    expect(result.stdout).not.toContain('user:secret');
  });

  it.each(['shop.example', 'ftp://shop.example/', ''])('%j is refused with status 2', async (url) => {
    expect((await ran(['doctor', url])).status).toBe(2);
  });
});

describe('a certificate', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  const authority = join(mkdtempSync(join(tmpdir(), 'tidings-doctor-')), 'authority.pem');
  writeFileSync(authority, AUTHORITY);

  async function secured(certificate: string, words: readonly string[] = ['--ca-file', authority]) {
    const server = createServer({ cert: certificate, key: KEY }, rightReceiver());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return ran(['doctor', `https://localhost:${(server.address() as AddressInfo).port}/`, ...words]);
  }

  it('that is right is no fault, and the signatures behind it are looked at', async () => {
    const { checks, status } = await secured(MERCHANT);
    expect(checks).toMatchObject({ tls: 'right', signature: 'right' });
    expect(status).toBe(0);
  });

  it.each([
    ['expired', EXPIRED, 'certificate_expired'],
    ['for another host', OTHER_HOST, 'certificate_wrong_host'],
    ['signed by itself', SELF_SIGNED, 'certificate_self_signed'],
  ])('that is %s is named', async (_, certificate, detail) => {
    const { faults, checks, stdout } = await secured(certificate);
    expect(faults).toEqual(['tls']);
    expect(stdout).toContain(detail);
    expect(checks).toMatchObject({ signature: 'unknown' });
  });

  it('without the one that links it to an authority is named', async () => {
    const { faults, stdout } = await secured(MERCHANT, []);
    expect(faults).toEqual(['tls']);
    expect(stdout).toContain('certificate_chain_incomplete');
  });

  it('is missed where the port speaks no TLS', async () => {
    const url = await startServer(rightReceiver());
    const { faults, stdout } = await ran([
      'doctor',
      url.replace('http:', 'https:').replace('127.0.0.1', 'localhost'),
    ]);
    expect(faults).toEqual(['tls']);
    expect(stdout).toContain('not_tls');
  });
});
