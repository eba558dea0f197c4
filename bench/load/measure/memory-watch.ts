import type { MemoryResult, MemorySample } from '../report/result.ts';
import type { WatchedProcess } from '../target/load-target.ts';
import { readMemory } from './processes.ts';
import { nowMs } from './shared-clock.ts';

const SAMPLE_EVERY_MS = 1_000;

/** Samples the memory of processes until it is ended. */
export interface MemoryWatch {
  /** Marks the memory of now as that of a service that has recovered from its load. */
  settled(): void;
  /** Ends the samples. @returns nothing where memory cannot be read */
  end(way: string): readonly MemoryResult[];
}

export function watchMemory(watched: readonly WatchedProcess[]): MemoryWatch {
  const startedMs = nowMs();
  const samples = new Map<string, MemorySample[]>();
  let after: ReadonlyMap<string, number> | undefined;
  const sample = () => {
    const atSeconds = Math.round((nowMs() - startedMs) / 100) / 10;
    for (const [name, megabytes] of readMemory(watched)) {
      const some = samples.get(name) ?? [];
      some.push({ atSeconds, megabytes: Math.round(megabytes) });
      samples.set(name, some);
    }
  };
  sample();
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    settled() {
      after = readMemory(watched);
    },
    end(way) {
      clearInterval(timer);
      sample();
      return [...samples].map(([process, some]) => {
        const last = after?.get(process);
        return {
          way,
          process,
          before: some[0]?.megabytes ?? 0,
          peak: Math.max(...some.map(({ megabytes }) => megabytes)),
          ...(last !== undefined && { after: Math.round(last) }),
          samples: some,
        };
      });
    },
  };
}
