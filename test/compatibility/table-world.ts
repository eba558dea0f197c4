import { marshall } from '@aws-sdk/util-dynamodb';
import { decodeRecord } from '../../lib/adapters/dynamodb/stream-records.ts';
import type { MemoryStores } from '../../lib/adapters/memory/memory-stores.ts';
import { relay } from '../../lib/core/deliver/relay.ts';
import type { DynamoDbUnderTest } from '../adapters/support/emulators.ts';
import { backedUp, type Row } from '../support/running/restored-table.ts';
import { createWorld, START_MS } from '../support/world.ts';

export type TableWorld = Awaited<ReturnType<typeof openTableWorld>>;

/** The whole service in this process, on a table of its own in DynamoDB, under a clock that stands still by itself. */
export async function openTableWorld(dynamodb: DynamoDbUnderTest, startMs = START_MS) {
  let nowMs = () => startMs;
  const opened = await dynamodb.open({ now: () => nowMs() }, { isStreamed: false });
  const { table, sdk, events, parked: _listed, close, ...stores } = opened;
  // The emulator's answers carry the real time.
  Object.assign(table, { clockCheck: { watch: () => undefined, assertTrusted: () => undefined } });
  const world = createWorld({ stores: stores as unknown as MemoryStores, startMs });
  nowMs = () => world.time.nowMs;

  /** All rows, in a fixed order. */
  async function rows(): Promise<readonly Row[]> {
    const found = await backedUp(sdk, table.name);
    return found.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  }

  const relayed = new Set<string>();
  return {
    ...world,
    table,
    rows,
    /** Everything that stores and use cases reported. */
    reported: () => [...events, ...world.events],
    /** Relays the outcomes that were recorded since the last call. */
    async relayRecorded() {
      const fresh = (await rows()).filter((row) => isOutcome(row) && !relayed.has(nameOf(row)));
      for (const row of fresh) relayed.add(nameOf(row));
      const records = fresh.map((row) =>
        decodeRecord({ eventID: nameOf(row), dynamodb: { NewImage: marshall(row) as never } }),
      );
      await relay(world.ports, records);
    },
    close,
  };
}

const nameOf = ({ pk, sk }: Row): string => `${pk} ${sk}`;
const isOutcome = ({ sk }: Row): boolean => String(sk).startsWith('V#');
