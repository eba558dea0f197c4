import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ORDER_ID, seriesOf } from '../target/load-target.ts';
import { nowMs } from './shared-clock.ts';
import type { SinkMessage, SinkRequest } from './sink.ts';

/**
 * The receiver, in a process of its own: answers 200 to every request at once, and remembers when the first request for
 * each order came. Signatures are not verified, because this would measure the receiver.
 */

/** When the first request for each order came, since they were last taken. */
let arrivals = new Map<string, number>();
/** How many of them there are of each series. */
let counts = new Map<string, number>();
/** All orders that were ever seen, to know first attempts from later ones. */
const seen = new Set<string>();
let requests = 0;
let unknown = 0;

const server = createServer((request, response) => {
  const arrivedMs = nowMs();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.end();
    requests += 1;
    const id = ORDER_ID.exec(Buffer.concat(chunks).toString('latin1'))?.[0];
    if (id === undefined) unknown += 1;
    else if (!seen.has(id)) {
      seen.add(id);
      arrivals.set(id, arrivedMs);
      const series = seriesOf({ id });
      counts.set(series, (counts.get(series) ?? 0) + 1);
    }
  });
});

const send = (message: SinkMessage) => process.send?.(message);

process.on('message', (request: SinkRequest) => {
  if (request.ask === 'count') send({ kind: 'count', waiting: counts.get(request.series) ?? 0 });
  else {
    send({ kind: 'arrivals', arrivals: [...arrivals], requests, unknown });
    arrivals = new Map();
    counts = new Map();
    requests = 0;
    unknown = 0;
  }
});
// The bench ended or was killed.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group. The bench decides when the sink ends.
process.on('SIGINT', () => {});

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  send({ kind: 'listening', port: (server.address() as AddressInfo).port });
});
