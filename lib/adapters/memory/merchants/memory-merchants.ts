import type {
  Directory,
  DirectoryEntry,
  ListedSettings,
  Mark,
  PartitionMarks,
} from '../../../core/merchants/directory.ts';
import type { Tombstone } from '../../../core/merchants/erasing/tombstone.ts';
import type { Endpoint, Profile } from '../../../core/merchants/merchant-config.ts';
import type { MerchantStore } from '../../../core/merchants/merchant-store.ts';
import type { MerchantId } from '../../../core/model.ts';
import { partitionOf } from '../../../core/partitions.ts';
import type { MerchantList } from '../../../core/query/merchant-list.ts';
import type { Clock } from '../../../core/runtime/environment.ts';
import { isoTime } from '../../../core/time.ts';
import type { LogEntry } from './memory-audit-log.ts';
import { pageOf, rememberedPartitions } from './memory-keys.ts';

interface MerchantTable {
  readonly clock: Clock;
  readonly log: LogEntry;
  /** Receives each merchant that is erased. */
  readonly openErasures: Set<MerchantId>;
}

/** Merchants with their directory. Both are written at the same time. */
export function memoryMerchants({ clock, log, openErasures }: MerchantTable): {
  readonly merchants: MerchantStore;
  readonly directory: Directory;
  readonly merchantList: MerchantList;
} {
  const profiles = new Map<MerchantId, Profile>();
  const endpoints = new Map<string, Endpoint>();
  const entries = new Map<MerchantId, DirectoryEntry>();
  const tombstones = new Map<MerchantId, Tombstone>();
  return {
    directory: memoryDirectory(entries, clock),
    merchantList: {
      async ids({ partition, prefix, after = '', limit, cursor }) {
        const ids = [...entries.keys()].filter(
          (id) => partitionOf(id) === partition && id.startsWith(prefix) && id > after,
        );
        const { page, ...rest } = pageOf(ids, { keyOf: (id) => id, limit, cursor });
        return { keys: page, ...rest };
      },
      async profiles(ids) {
        return ids.map((id) => profiles.get(id));
      },
    },
    merchants: {
      async read(merchantId) {
        const readAtMs = clock.now();
        const profile = profiles.get(merchantId);
        if (profile === undefined) return undefined;
        const own = [...endpoints.values()].filter((endpoint) => endpoint.merchantId === merchantId);
        const sorted = own.sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
        return { profile, endpoints: sorted, readAtMs };
      },
      async tombstone(merchantId) {
        return tombstones.get(merchantId);
      },
      async erase(tombstone, expectedRev, { endpointIds = [], entry } = {}) {
        const { merchantId, erasedAt } = tombstone;
        const row = entries.get(merchantId);
        if (row === undefined || profiles.get(merchantId)?.rev !== expectedRev) return false;
        profiles.delete(merchantId);
        for (const endpointId of endpointIds) endpoints.delete(`${merchantId}#${endpointId}`);
        tombstones.set(merchantId, structuredClone(tombstone));
        entries.set(merchantId, { ...row, erasedAt });
        openErasures.add(merchantId);
        log(entry);
        return true;
      },
      async create(profile, entry) {
        const { merchantId, createdAt } = profile;
        if (profiles.has(merchantId) || tombstones.has(merchantId)) return false;
        profiles.set(merchantId, structuredClone(profile));
        const own = { closed: { rev: 0 }, audited: { rev: 0 }, stated: { rev: 0 } };
        entries.set(merchantId, { merchantId, createdAt, settings: listed(profile, clock.now()), own });
        log(entry);
        return true;
      },
      async saveProfile(profile, expectedRev, entry) {
        if (profiles.get(profile.merchantId)?.rev !== expectedRev) return false;
        profiles.set(profile.merchantId, structuredClone(profile));
        const row = entries.get(profile.merchantId);
        if (row !== undefined) {
          entries.set(profile.merchantId, { ...row, settings: listed(profile, clock.now()) });
        }
        log(entry);
        return true;
      },
      async createEndpoint(endpoint, expectedProfileRev, { entry } = {}) {
        const profile = profiles.get(endpoint.merchantId);
        const name = `${endpoint.merchantId}#${endpoint.endpointId}`;
        if (profile?.rev !== expectedProfileRev || endpoints.has(name)) return false;
        profiles.set(endpoint.merchantId, { ...profile, rev: profile.rev + 1 });
        endpoints.set(name, structuredClone(endpoint));
        log(entry);
        return true;
      },
      async saveEndpoint(endpoint, expectedRev, { entry } = {}) {
        const name = `${endpoint.merchantId}#${endpoint.endpointId}`;
        if (endpoints.get(name)?.rev !== expectedRev) return false;
        endpoints.set(name, structuredClone(endpoint));
        log(entry);
        return true;
      },
    },
  };
}

function listed({ feedShards, timeZone, rev }: ListedProfile, nowMs: number): ListedSettings {
  return { feedShards, timeZone, rev, at: isoTime(nowMs) };
}

type ListedProfile = Pick<Profile, 'feedShards' | 'timeZone' | 'rev'>;

function memoryDirectory(entries: Map<MerchantId, DirectoryEntry>, clock: Clock): Directory {
  const marks = new Map<string, PartitionMarks[Mark]>();
  const partitionFor = rememberedPartitions();
  const markOf = <Name extends Mark>(partition: number, name: Name, read = marks) =>
    read.get(`${name}#${partition}`) as PartitionMarks[Name] | undefined;
  return {
    async list(partition) {
      return [...entries.values()]
        .filter(({ merchantId }) => partitionFor(merchantId) === partition)
        .sort((a, b) => (a.merchantId < b.merchantId ? -1 : 1));
    },
    async entry(merchantId) {
      return entries.get(merchantId);
    },
    async mark<Name extends Mark>(partition: number, name: Name) {
      return markOf(partition, name);
    },
    async marks() {
      const read = new Map(marks);
      return { of: (partition, name) => markOf(partition, name, read) };
    },
    async saveMark(partition, name, mark) {
      const stored = marks.get(`${name}#${partition}`);
      if (stored !== undefined && stored.through >= mark.through) return;
      const windows = name === 'closed' ? { ...mark, ...stored } : {};
      const { reached: _past, ...settled } = windows as Partial<PartitionMarks['closed']>;
      const { through, reached } = mark;
      const next = { ...settled, through, ...(reached !== undefined && { reached }) };
      marks.set(`${name}#${partition}`, next as PartitionMarks[Mark]);
    },
    async changeOwnMark({ merchantId, own }, mark, open) {
      const entry = entries.get(merchantId);
      const { rev } = own[mark];
      if (entry === undefined || entry.own[mark].rev !== rev) return false;
      const next = { ...(open !== undefined && { open }), rev: rev + 1 };
      entries.set(merchantId, { ...entry, own: { ...entry.own, [mark]: next } });
      return true;
    },
    async keepSettings(profile) {
      const entry = entries.get(profile.merchantId);
      if (entry === undefined || (entry.settings?.rev ?? 0) >= profile.rev) return;
      entries.set(profile.merchantId, { ...entry, settings: listed(profile, clock.now()) });
    },
  };
}
