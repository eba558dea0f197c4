import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import type { MerchantId } from '../../model.ts';
import { partitionOf } from '../../partitions.ts';
import type { Clock, Random, Reporter } from '../../runtime/environment.ts';
import type { Directory } from '../directory.ts';
import type { MerchantStore } from '../merchant-store.ts';
import {
  afterStep,
  auditedBefore,
  begunErasure,
  type Erasure,
  mayGoOn,
  quietFromMs,
  type Removed,
} from './erasure.ts';
import type { ErasureStore, MerchantFiles, MerchantRows } from './erasure-store.ts';

/** Deletes the rows and files of erased merchants, a number of steps each. */

export interface ErasingPorts {
  readonly erasures: ErasureStore;
  readonly rows: MerchantRows;
  readonly merchantFiles: MerchantFiles;
  readonly merchants: Pick<MerchantStore, 'tombstone'>;
  readonly directory: Pick<Directory, 'mark'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly reporter: Reporter;
  readonly feedLagSeconds: number;
}

/** Merchants whose rows are deleted side by side. */
const CONCURRENCY = 2;
/** Steps for one merchant per run. The rest waits a minute for the next run. */
const MAX_STEPS = 200;

/** Advances every open erasure until `deadlineMs`. One that fails does not stop the others. */
export async function runErasures(ports: ErasingPorts, deadlineMs: number): Promise<void> {
  const open = [...(await ports.erasures.open())];
  // Starts at a random one, so that a deadline does not always cut off the same ones.
  const first = Math.floor(ports.random.fraction() * open.length);
  const inTurn = [...open.slice(first), ...open.slice(0, first)];
  await boundedMap(inTurn, CONCURRENCY, (merchantId) => runErasure(ports, merchantId, deadlineMs));
}

/**
 * The order makes it safe: rows are deleted, then the progress is written. If the process dies in between, the next run
 * repeats the step and finds less. A run that another one overtook stops at its next write. The end is reported before it is
 * written: the write takes the merchant off the list, so no later run could report it. Two reports are better than none.
 */
async function runErasure(ports: ErasingPorts, merchantId: MerchantId, deadlineMs: number): Promise<void> {
  let current = (await ports.erasures.read(merchantId)) ?? (await begin(ports, merchantId));
  for (let step = 0; step < MAX_STEPS && current?.state === 'deleting'; step += 1) {
    const nowMs = ports.clock.now();
    if (nowMs >= deadlineMs || !mayGoOn(current, ports, nowMs)) return;
    const next = afterStep(current, await runStep(ports, current), ports.clock.now());
    if (next.state === 'erased') reportEnd(ports, next);
    if (!(await ports.erasures.save(next, current.rev))) return;
    current = next;
  }
}

function reportEnd({ reporter }: ErasingPorts, { merchantId, rows, files }: Erasure): void {
  reporter.report({ event: 'merchant_rows_deleted', merchantId, rows, files });
}

/** Begins once nothing writes for the merchant any more. Undefined: not yet, or another run began. */
async function begin(ports: ErasingPorts, merchantId: MerchantId): Promise<Erasure | undefined> {
  const tombstone = await ports.merchants.tombstone(merchantId);
  const nowMs = ports.clock.now();
  if (tombstone === undefined || nowMs < quietFromMs(tombstone)) return undefined;
  const audited = await ports.directory.mark(partitionOf(merchantId), 'audited');
  if (audited === undefined || audited.through < auditedBefore(tombstone, ports)) return undefined;
  const erasure = begunErasure(tombstone, nowMs);
  return (await ports.erasures.save(erasure, 0)) ? erasure : undefined;
}

async function runStep(
  { rows, merchantFiles }: ErasingPorts,
  { merchantId, feedShards, place, cursor }: Erasure,
): Promise<Removed> {
  if (place !== 'files')
    return rows.removeNext({ merchantId, feedShards, place, ...(cursor !== undefined && { cursor }) });
  const count = await merchantFiles.removeSome(merchantId);
  // The files that are left are found from the beginning again.
  return count === 0 ? { count } : { count, cursor: AGAIN };
}

/** Any text: the files that are left are always the first ones. */
const AGAIN = 'again';
