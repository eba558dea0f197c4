import { partOf } from '../load/report/costs.ts';
import { type Attribution, IDLE, PROFILER } from './attribution.ts';
import type { CallFrame, CpuProfile, ThreadProfile } from './profile-files.ts';

/** Sampled time of all threads of one kind, such as all instances of a function. In microseconds. */
export interface KindProfile {
  /** As `bench:load` names the part: `main thread`, `record`. */
  readonly kind: string;
  readonly threads: number;
  /** All samples in which the thread was not idle. */
  readonly busy: number;
  readonly idle: number;
  /** Busy time by the bucket of the function that was on top of the stack. */
  readonly buckets: ReadonlyMap<string, number>;
  /** Busy time by the folder of this repository that was nearest to the top of the stack. */
  readonly rooms: ReadonlyMap<string, number>;
  /** Busy time by function. Built-in functions count for their caller. */
  readonly functions: ReadonlyMap<string, number>;
}

/** Stacks without a function of this repository: continuations after an `await`, callbacks of Node and of packages. */
export const NO_ROOM = '(called back by Node or a package)';

export function sumByKind(
  profiles: readonly ThreadProfile[],
  attribute: (frame: CallFrame) => Attribution,
): readonly KindProfile[] {
  const kinds = Map.groupBy(profiles, ({ thread }) => partOf(thread));
  return [...kinds].map(([kind, threads]) => {
    const sums = { busy: 0, idle: 0, buckets: new Map(), rooms: new Map(), functions: new Map() };
    for (const { profile } of threads) addProfile(sums, profile, attribute);
    return { kind, threads: threads.length, ...sums };
  });
}

interface Sums {
  busy: number;
  idle: number;
  readonly buckets: Map<string, number>;
  readonly rooms: Map<string, number>;
  readonly functions: Map<string, number>;
}

/** Where the time of a node counts. */
interface Owner {
  readonly bucket: string;
  readonly room: string;
  readonly label: string;
}

const TOP: Owner = { bucket: 'native, system calls', room: NO_ROOM, label: '(native)' };

function addProfile(sums: Sums, profile: CpuProfile, attribute: (frame: CallFrame) => Attribution): void {
  const owners = ownersOf(profile, attribute);
  for (const [index, node] of profile.samples.entries()) {
    const spent = Math.max(0, profile.timeDeltas[index] ?? 0);
    const owner = owners.get(node) ?? TOP;
    if (owner.bucket === IDLE) {
      sums.idle += spent;
      continue;
    }
    if (owner.bucket === PROFILER) continue;
    sums.busy += spent;
    add(sums.buckets, owner.bucket, spent);
    add(sums.rooms, owner.room, spent);
    add(sums.functions, owner.label, spent);
  }
}

/** Walks the call tree from its root, so that each node knows what its callers are. */
function ownersOf(
  { nodes }: CpuProfile,
  attribute: (frame: CallFrame) => Attribution,
): ReadonlyMap<number, Owner> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner>();
  const waiting: { readonly id: number; readonly caller: Owner }[] = [];
  const [root] = nodes;
  if (root !== undefined) waiting.push({ id: root.id, caller: TOP });
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { id, caller } = next;
    const node = byId.get(id);
    if (node === undefined) continue;
    const { bucket, room, label } = attribute(node.callFrame);
    const owner = {
      bucket: bucket ?? caller.bucket,
      room: room ?? caller.room,
      label: bucket === undefined ? caller.label : label,
    };
    owners.set(id, owner);
    for (const child of node.children ?? []) waiting.push({ id: child, caller: owner });
  }
  return owners;
}

function add(sums: Map<string, number>, key: string, spent: number): void {
  sums.set(key, (sums.get(key) ?? 0) + spent);
}
