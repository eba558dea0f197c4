import { afterEach, describe, expect, test } from 'vitest';
import { type ConnectFailure, createGuardedConnector } from '../../../lib/adapters/http/guarded-connector.ts';
import {
  createHttpSender,
  type HttpSender,
  type HttpSenderOptions,
} from '../../../lib/adapters/http/http-sender.ts';
import { AUTHORITY, MERCHANT } from './certificates.ts';
import { answer, meaningOf, type Receiver, type ReceiverOptions, startReceiver } from './raw-receiver.ts';

const REFUSED = { kind: 'error', code: 'address_refused' };
const DELIVERED = { kind: 'response', statusCode: 200, body: 'success' };

let receiver: Receiver;
const senders: HttpSender[] = [];

afterEach(async () => {
  for (const sender of senders.splice(0)) sender.close();
  await receiver.stop();
});

async function listen(options: ReceiverOptions = {}): Promise<void> {
  receiver = await startReceiver({
    certificate: MERCHANT,
    onRequest: (socket) => socket.write(answer(200, 'success')),
    ...options,
  });
}

/** A sender that knows merchant.example.com by the given answers of DNS, one for each look-up. */
function senderWith(options: { answers: readonly (readonly string[])[]; allowLoopback: boolean }) {
  const lookups: string[] = [];
  const sender = createSender({
    policy: { allowedPorts: [receiver.port], allowLoopback: options.allowLoopback },
    resolve: async (hostname) => {
      lookups.push(hostname);
      return options.answers[lookups.length - 1] ?? [];
    },
  });
  return { lookups, sender };
}

function createSender(options: Pick<HttpSenderOptions, 'policy' | 'resolve'>): HttpSender {
  const sender = createHttpSender({
    now: () => performance.now(),
    trustedCertificates: [AUTHORITY],
    ...options,
  });
  senders.push(sender);
  return sender;
}

async function send(sender: HttpSender, { url = '', timeoutMs = 20_000 } = {}) {
  const request = {
    url: url === '' ? `https://merchant.example.com:${receiver.port}/callback` : url,
    headers: {},
    body: '{}',
    timeoutMs,
  };
  return meaningOf(await sender.send(request));
}

describe('a permitted host', () => {
  test('is the only one that is permitted: every other name stays guarded', async () => {
    await listen();
    const policy = { allowedPorts: [receiver.port], allowLoopback: false, permittedHosts: ['localhost'] };
    const sender = createSender({ policy, resolve: async () => ['127.0.0.1'] });
    expect(await send(sender)).toMatchObject(REFUSED);
  });

  test('is called at any address, by the name that the hosts file gives it; no other host is', async () => {
    receiver = await startReceiver({ onRequest: (socket) => socket.write(answer(200, 'success')) });
    const policy = { allowedPorts: [443], allowLoopback: false, permittedHosts: ['localhost'] };
    const sender = createSender({ policy });
    expect(await send(sender, { url: `http://localhost:${receiver.port}/` })).toEqual(DELIVERED);
    expect(await send(sender, { url: `http://127.0.0.1:${receiver.port}/` })).not.toEqual(DELIVERED);
    const closed = createSender({ policy: { ...policy, permittedHosts: [] } });
    expect(await send(closed, { url: `http://localhost:${receiver.port}/` })).not.toEqual(DELIVERED);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a name', () => {
  test('is looked up once, and the connection goes where that answer said', async () => {
    await listen();
    const { sender, lookups } = senderWith({ answers: [['127.0.0.1'], ['10.0.0.1']], allowLoopback: true });
    expect(await send(sender)).toEqual(DELIVERED);
    expect(lookups).toEqual(['merchant.example.com']);
    expect(receiver.requests).toHaveLength(1);
  });

  test('is vetted again for every new connection, so a changed answer is refused', async () => {
    await listen({ onRequest: (socket) => socket.end(answer(200, 'success', 'connection: close\r\n')) });
    const { sender, lookups } = senderWith({
      answers: [['127.0.0.1'], ['169.254.169.254']],
      allowLoopback: true,
    });
    expect([await send(sender), await send(sender)]).toEqual([DELIVERED, REFUSED]);
    expect(lookups).toHaveLength(2);
    expect(receiver.requests).toHaveLength(1);
  });

  test('is vetted again when a stale connection is replaced', async () => {
    await listen({
      onRequest: (socket, count) => (count === 1 ? socket.write(answer(200, 'success')) : socket.destroy()),
    });
    const { sender } = senderWith({ answers: [['127.0.0.1'], ['10.0.0.1']], allowLoopback: true });
    expect([await send(sender), await send(sender)]).toEqual([DELIVERED, REFUSED]);
  });

  test.each([
    ['loopback', ['127.0.0.1']],
    ['loopback in IPv6', ['::1']],
    ['loopback mapped into IPv6', ['::ffff:127.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a private address', ['10.0.0.1']],
    ['a private address beside a public one', ['8.8.8.8', '10.0.0.1']],
    ['a public address beside a private one', ['10.0.0.1', '8.8.8.8']],
    ['a link-local address with a zone', ['fe80::1%eth0']],
    ['what is no address', ['merchant.example.com']],
    ['a private address after many public ones', [...Array<string>(20).fill('8.8.8.8'), '192.168.0.1']],
  ])('that resolves to %s is refused without a connection', async (_, addresses) => {
    await listen();
    const { sender } = senderWith({ answers: [addresses], allowLoopback: false });
    expect(await send(sender)).toEqual(REFUSED);
    expect(receiver.sockets).toEqual([]);
  });

  test('that resolves to nothing ends in dns_failed', async () => {
    await listen();
    const { sender } = senderWith({ answers: [[]], allowLoopback: false });
    expect(await send(sender)).toEqual({ kind: 'error', code: 'dns_failed', detail: 'no_address' });
  });

  test('whose look-up fails ends in dns_failed', async () => {
    await listen();
    const policy = { allowedPorts: [receiver.port], allowLoopback: false };
    const sender = createSender({ policy, resolve: () => Promise.reject(new Error('SERVFAIL')) });
    expect(await send(sender)).toEqual({ kind: 'error', code: 'dns_failed' });
  });

  test('whose look-up never ends is a time-out, and nothing is sent if it ends later', async () => {
    await listen();
    const policy = { allowedPorts: [receiver.port], allowLoopback: true };
    const late = Promise.withResolvers<readonly string[]>();
    const answers = [late.promise, Promise.resolve(['127.0.0.1'])];
    const sender = createSender({ policy, resolve: () => answers.shift() ?? Promise.resolve([]) });
    expect(await send(sender, { timeoutMs: 250 })).toEqual({ kind: 'error', code: 'timeout' });
    late.resolve(['127.0.0.1']);
    expect(await send(sender)).toEqual(DELIVERED);
    expect(receiver.sockets).toHaveLength(1);
    expect(receiver.requests).toHaveLength(1);
  });

  test('with a dead address before a live one reaches the live one', async () => {
    await listen();
    const { sender } = senderWith({ answers: [['127.0.0.2', '127.0.0.1']], allowLoopback: true });
    expect(await send(sender)).toEqual(DELIVERED);
  });

  test('such as localhost is known without DNS', async () => {
    await listen();
    const sender = createSender({ policy: { allowedPorts: [], allowLoopback: true } });
    expect(await send(sender, { url: receiver.url })).toEqual(DELIVERED);
  });
});

describe('a URL', () => {
  test.each([
    'http://merchant.example.com/callback',
    'https://merchant.example.com:22/callback',
    'https://user:secret@merchant.example.com/callback',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::ffff:169.254.169.254]/',
    'https://2852039166/',
    'https://metadata.google.internal/',
    'not a URL',
  ])('such as %s is refused before anything is looked up', async (url) => {
    await listen();
    const { sender, lookups } = senderWith({ answers: [['127.0.0.1']], allowLoopback: false });
    expect(await send(sender, { url })).toEqual(REFUSED);
    expect(lookups).toEqual([]);
  });

  test('to loopback is refused unless loopback is allowed', async () => {
    await listen();
    const strict = createSender({ policy: { allowedPorts: [receiver.port], allowLoopback: false } });
    expect(await send(strict, { url: receiver.url })).toEqual(REFUSED);
    const literal = receiver.url.replace('localhost', '127.0.0.1');
    expect(await send(strict, { url: literal })).toEqual(REFUSED);
    const local = createSender({ policy: { allowedPorts: [], allowLoopback: true } });
    expect(await send(local, { url: literal })).toEqual(DELIVERED);
    expect(receiver.sockets).toHaveLength(1);
  });
});

describe('the connector', () => {
  const connectTo = (hostname: string, options: { allowLoopback: boolean; signal?: AbortSignal }) => {
    const { allowLoopback, signal = new AbortController().signal } = options;
    const connect = createGuardedConnector({ allowLoopback, resolve: async () => ['127.0.0.1'] });
    return connect({ protocol: 'http:', hostname, port: receiver.port, signal }).catch(
      (error: ConnectFailure) => error,
    );
  };

  test.each(['127.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1', '0.0.0.0', 'merchant.example.com'])(
    'refuses %s by itself, although for a literal no look-up happens',
    async (hostname) => {
      await listen();
      expect(await connectTo(hostname, { allowLoopback: false })).toMatchObject({ code: 'address_refused' });
      expect(receiver.sockets).toEqual([]);
    },
  );

  test('connects to a literal where loopback is allowed', async () => {
    await listen();
    const socket = await connectTo('127.0.0.1', { allowLoopback: true });
    expect(socket).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: receiver.port });
    if ('destroy' in socket) socket.destroy();
  });

  test('connects to nothing once it was stopped', async () => {
    await listen();
    const signal = AbortSignal.abort();
    expect(await connectTo('127.0.0.1', { allowLoopback: true, signal })).toMatchObject({
      code: 'connection_failed',
    });
    expect(receiver.sockets).toEqual([]);
  });
});
