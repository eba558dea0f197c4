import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestant.ts';
import type { PeerSettings } from './file/peers-file.ts';
import { killPeer, processesOf } from './peer-processes.ts';
import { createConvoy } from './products/convoy.ts';
import { createOutpost } from './products/outpost.ts';
import type { PeerApi } from './products/peer-api.ts';
import { createPeerHttp, PeerFault, type PeerHttp } from './products/peer-http.ts';
import { createSvix } from './products/svix.ts';
import { findByListing, scaledListing } from './trials/finding.ts';

const RESTART_MS = 120_000;
const LOOK_EVERY_MS = 250;

/** What a run gives to every peer. */
export interface PeerRun {
  /** A name that no earlier run used: what is created in the peer bears it. */
  readonly run: string;
  readonly sinkUrl: string;
}

/**
 * A peer that already runs, prepared to send to the sink.
 * @throws PeerFault if it is down, refuses its key, or one of its processes cannot be found
 */
export async function openPeer(peer: PeerSettings, { run, sinkUrl }: PeerRun): Promise<Contestant> {
  const http = createPeerHttp(peer);
  const api = createApiOf(peer, { http, run });
  let processes = processesOf(peer);
  const { kill } = peer;
  await api.open(sinkUrl).catch(async (error: Error) => {
    await http.close();
    throw error;
  });
  return {
    target: {
      name: peer.name,
      maxBatch: 1,
      get processes() {
        return processes;
      },
      prepare: (sinkUrl) => api.open(sinkUrl),
      record: async (orders) => {
        for (const order of orders) await api.send(order);
      },
    },
    find: (orders) => findByListing(peer.name, api.list, orders),
    findAmong: async (orders, found) => scaledListing(found, { orders, pageSize: api.pageSize }),
    killAndRestart:
      kill &&
      (async () => {
        await killPeer(peer, kill);
        await untilAnswers(peer.name, api);
        processes = processesOf(peer);
      }),
    async close() {
      try {
        await api.remove();
      } finally {
        await http.close();
      }
    },
  };
}

function createApiOf(
  peer: PeerSettings,
  { http, run }: { readonly http: PeerHttp; readonly run: string },
): PeerApi {
  const name = `tidings-bench-${run}`;
  switch (peer.product) {
    case 'outpost':
      return createOutpost(http, { tenant: name, topic: peer.topic });
    case 'svix':
      return createSvix(http, { application: name });
    case 'convoy':
      return createConvoy(http, { project: peer.project ?? '', endpoint: name });
  }
}

/** A list is the request that needs most of the peer: its key store and its database. */
async function untilAnswers(name: string, api: PeerApi): Promise<void> {
  for (const deadline = Date.now() + RESTART_MS; ; await sleep(LOOK_EVERY_MS)) {
    const fault = await api.list(undefined).then(
      () => undefined,
      (error: Error) => error,
    );
    if (fault === undefined) return;
    if (Date.now() > deadline) {
      throw new PeerFault(`${name} did not come back within ${RESTART_MS / 1000} s: ${fault.message}`);
    }
  }
}
