import { type AddressInfo, createServer, type Socket } from 'node:net';
import { serveConnection } from './gate-connection.ts';
import type { Judges } from './gate-refusal.ts';
import { openGroupCommit } from './group-commit.ts';
import type { KeyAttributes } from './mergeable-write.ts';

/** A gate that is listening. */
export interface Gate {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface GateOptions extends Judges {
  /** Address of the emulator. */
  readonly upstream: string;
  /** Called when the emulator answers a request that may have changed a table. Not for requests that pass unread. */
  readonly onWrite?: () => void;
  /** The tables whose writes may share a transaction. Default: none. */
  readonly keyAttributes?: KeyAttributes;
  /** Only for measurements: whether later requests of a connection pass unread. Default: all are judged. */
  readonly isFirstOnly?: boolean;
}

/**
 * Guards an emulator that requires no credentials, judges nothing and accepts any `Host`. The gate reads the requests of
 * a connection, verifies and judges each, and passes its bytes on unchanged. Answers pass unread. So a call costs no second
 * HTTP server and client, only the signature and the judgement. Writes that arrive beside each other share a transaction.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const open = new Set<Socket>();
  const commit = openGroupCommit(options.upstream, () => options.onWrite?.());
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    client.setNoDelay(true);
    serveConnection(client, { ...options, commit });
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
      await commit.stop();
    },
  };
}
