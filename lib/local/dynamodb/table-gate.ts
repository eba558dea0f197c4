import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { AccessKey } from '../aws/access-key.ts';
import { isOwnHost } from '../aws/host.ts';

/** Maximum size of a request head in bytes. */
const MAX_HEAD_BYTES = 64 * 1024;
const END_OF_HEAD = '\r\n\r\n';

/** A gate that is listening. */
export interface Gate {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Guards an emulator that requires no credentials and accepts any `Host`. The first request of a connection must name
 * this machine and the access key, which is random for each data directory. The signature is not verified, since that
 * needs the whole body. After that, bytes pass unread, at a fraction of the cost of reading every request: the client
 * that was admitted is still at the other end.
 */
export async function startGate(upstream: string, key: AccessKey): Promise<Gate> {
  const target = new URL(upstream);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    client.setNoDelay(true);
    readHead(client, (head, bytes) => {
      const refusal = refusalOf(head, { port: client.localPort, key });
      if (refusal !== undefined) {
        client.end(refusal);
        return;
      }
      const emulator = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
      emulator.on('error', () => client.destroy());
      emulator.once('close', () => client.destroy());
      client.once('close', () => emulator.destroy());
      emulator.write(bytes);
      client.pipe(emulator);
      emulator.pipe(client);
    });
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

/** Waits for the complete head. Body bytes that arrived with it are passed on too. */
function readHead(client: Socket, onHead: (head: string, bytes: Buffer) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf(END_OF_HEAD);
    if (end < 0 && bytes.length <= MAX_HEAD_BYTES) return;
    client.off('data', onData);
    client.pause();
    onHead(end < 0 ? '' : bytes.toString('latin1', 0, end), bytes);
  };
  client.on('data', onData);
}

function refusalOf(
  head: string,
  { port, key }: { readonly port: number | undefined; readonly key: AccessKey },
): string | undefined {
  const values = (name: string) =>
    head.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return line.slice(0, colon).toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
    });
  const [host, ...otherHosts] = values('host');
  if (otherHosts.length > 0 || !isOwnHost(host, port)) {
    return answer('AccessDeniedException', 'The request was made to another host.');
  }
  const [authorization] = values('authorization');
  if (authorization === undefined) {
    return answer('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const accessKeyId = /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)\//.exec(authorization)?.[1];
  if (accessKeyId === key.accessKeyId) return undefined;
  return answer('UnrecognizedClientException', 'The security token included in the request is invalid.');
}

function answer(code: string, message: string): string {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message });
  return [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/x-amz-json-1.0',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
