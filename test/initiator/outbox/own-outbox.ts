import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach } from 'vitest';
import { systemClock } from '../../../lib/adapters/system.ts';
import { createConfigCache } from '../../../lib/core/merchants/config-cache.ts';
import { type Outcome, outcomeContentSchema } from '../../../lib/core/model.ts';
import { type RecordPorts, type RecordResult, recordOutcome } from '../../../lib/core/record/record.ts';
import { type CommitOptions, type CommitResult, commitWithOutcome } from '../../../lib/initiator/dynamodb.ts';
import type { Machine } from '../../../lib/initiator/index.ts';
import type { DynamoDbTable, DynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { profile, SHOP as SERVICE_SHOP, transaction } from '../../adapters/support/samples.ts';
import { payment } from '../../support/world.ts';
import { type FaultyClient, openFaultyClient } from './faulty-requests.ts';
import { ended, ownItems } from './own-items.ts';

/** The real clock, no waiting, and time to move. */
function createMachine(): { readonly machine: Machine; offsetMs: number; readonly slept: number[] } {
  const slept: number[] = [];
  const state = {
    offsetMs: 0,
    slept,
    machine: {
      clock: { now: () => systemClock.now() + state.offsetMs },
      random: {
        fraction: () => 0.5,
        bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
      },
      sleep: async (ms: number) => void slept.push(ms),
    },
  };
  return state;
}

/** The service's own way of recording, on the same table. */
export function recordByService(
  table: DynamoDbTable,
  options: { readonly id: string; readonly content: object; readonly clock?: RecordPorts['clock'] },
) {
  const { outcomes, merchants, events } = table;
  const ports: RecordPorts = {
    outcomes,
    configs: createConfigCache(merchants),
    clock: options.clock ?? systemClock,
    timer: { sleep: async () => undefined },
    random: { fraction: () => 0.5, bytes: (size) => new Uint8Array(size) },
    checkHorizonSeconds: 86_400,
    callbackPolicy: { allowedPorts: [443], allowLoopback: false },
    reporter: { report: (event) => void (events as unknown[]).push(event) },
  };
  const key = { merchantId: SERVICE_SHOP, transactionId: transaction(options.id) };
  return recordOutcome(ports, key, outcomeContentSchema().parse(options.content));
}

/** A new table for each test, with a merchant. The kit uses a network that the test controls. */
export interface OutboxUnderTest {
  readonly table: DynamoDbTable;
  readonly faulty: FaultyClient;
  readonly own: ReturnType<typeof ownItems>;
  readonly machine: ReturnType<typeof createMachine>;
  /** Commits a payment, and counts under its id how often. */
  commit(id: string, options?: Partial<CommitOptions>): Promise<CommitResult>;
  /** The service's own way of recording. */
  record(id: string, changes?: object): Promise<RecordResult>;
  versions(id: string): Promise<readonly Outcome[]>;
  rawItem(id: string, version?: number): Promise<Record<string, unknown> | undefined>;
}

export function useOutbox(dynamodb: DynamoDbUnderTest): OutboxUnderTest {
  let opened: Pick<OutboxUnderTest, 'table' | 'faulty' | 'own' | 'machine'> | undefined;
  const now = () => {
    if (opened === undefined) throw new Error('There is a table only within a test.');
    return opened;
  };
  beforeEach(async () => {
    const table = await dynamodb.open();
    await table.merchants.create(profile({ feedShards: 4 }));
    opened = {
      table,
      faulty: openFaultyClient(),
      own: ownItems({ name: table.table.name, documents: table.sdk }),
      machine: createMachine(),
    };
  });
  afterEach(async () => {
    opened?.faulty.close();
    await opened?.table.close();
    opened = undefined;
  });
  return {
    get table() {
      return now().table;
    },
    get faulty() {
      return now().faulty;
    },
    get own() {
      return now().own;
    },
    get machine() {
      return now().machine;
    },
    commit: (id, options) =>
      commitWithOutcome(now().faulty.client, {
        tableName: now().table.table.name,
        transactItems: [now().own.count(id)],
        outcome: ended(id),
        machine: now().machine.machine,
        ...options,
      }),
    record: (id, changes = {}) => recordByService(now().table, { id, content: payment(changes) }),
    versions: (id) =>
      now().table.outcomes.versions({ merchantId: SERVICE_SHOP, transactionId: transaction(id) }),
    async rawItem(id, version = 1) {
      const {
        sdk,
        table: { name: TableName },
      } = now().table;
      const Key = { pk: `T#shop#${id}`, sk: `V#000${version}` };
      return (await sdk.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
    },
  };
}
