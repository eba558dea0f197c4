import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { LOCAL_REGION } from './template/intrinsics.ts';

export interface S3Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;

/**
 * Serves buckets by fauxqs; objects are files below `<dataDir>/s3`. fauxqs listens on every interface and asks
 * for no credentials, so connections from elsewhere are ended before a byte is read.
 */
export async function startS3(dataDir: string, buckets: readonly string[]): Promise<S3Server> {
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({
    port: 0,
    host: '127.0.0.1',
    logger: false,
    defaultRegion: LOCAL_REGION,
    s3StorageDir: join(dataDir, 's3'),
  });
  const refuseOthers = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === server.port && !LOOPBACK.test(socket.remoteAddress ?? '')) socket.destroy();
  };
  subscribe('net.server.socket', refuseOthers);
  const endpoint = `http://127.0.0.1:${server.port}`;
  for (const bucket of buckets) {
    const existing = await fetch(`${endpoint}/${bucket}`, { method: 'HEAD' });
    if (!existing.ok) server.createBucket(bucket);
  }
  return {
    endpoint,
    stop: async () => {
      unsubscribe('net.server.socket', refuseOthers);
      await server.stop();
    },
  };
}
