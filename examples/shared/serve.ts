import { createServer, type RequestListener } from 'node:http';

/** A participant's HTTP address. It is the same in every start of a run. */
export interface Door {
  readonly url: string;
  close(): Promise<void>;
}

/** Below the range of ports that the system assigns, so that no other process takes the port while the lesson is dead. */
const [FIRST_PORT, PORTS] = [20_000, 12_000];

function portOf(run: string): number {
  const hash = [...run].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1_000_003, 7);
  return FIRST_PORT + (hash % PORTS);
}

export async function serve(run: string, listener: RequestListener): Promise<Door> {
  const server = createServer(listener);
  const port = portOf(run);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
