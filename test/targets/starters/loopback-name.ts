import { request as connect, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address that every machine resolves, in place of one below `localhost`. */
export interface LoopbackName {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * LocalStack names an API `http://<id>.lambda-url.us-east-1.localhost:4566`, and not every machine resolves names below
 * `localhost`. For such a name, this forwards from a free port on loopback and keeps the `Host`. Any other address is
 * returned as it is.
 */
export async function loopbackName(address: string): Promise<LoopbackName> {
  const { protocol, hostname, host, port } = new URL(address);
  if (protocol !== 'http:' || !hostname.endsWith('.localhost')) {
    return { url: address, close: async () => undefined };
  }
  const server = forwarder(host, Number(port || 80));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forwarder(host: string, port: number): Server {
  return createServer((request, response) => {
    const { method, url: path, headers } = request;
    const onward = connect(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
}
