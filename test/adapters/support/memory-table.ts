import { createMemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import { systemClock as clock } from '../../../lib/adapters/system.ts';
import type { ServiceEvent } from '../../../lib/core/events.ts';
import type { TableUnderTest } from './throwaway-table.ts';

export async function openMemoryTable(): Promise<TableUnderTest> {
  const events: ServiceEvent[] = [];
  const { contents: _contents, ...stores } = createMemoryStores({ clock });
  return {
    ...stores,
    events,
    close: async () => undefined,
  };
}
