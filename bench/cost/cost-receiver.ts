import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** A receiver in its own thread, so that its work does not count as the service's. */
export interface PromptReceiver {
  readonly url: string;
  close(): Promise<void>;
}

export async function openPromptReceiver(answersAfterMs: number): Promise<PromptReceiver> {
  const worker = new Worker(new URL(import.meta.url), { workerData: answersAfterMs });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    async close() {
      await worker.terminate();
    },
  };
}

if (!isMainThread) {
  const answersAfterMs = workerData as number;
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(204).end(), answersAfterMs);
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}
