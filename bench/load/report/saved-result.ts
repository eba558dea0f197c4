import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { machineMemoryMb } from '../measure/processes.ts';
import type { LoadResult, Machine } from './result.ts';

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    processors: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryMb: machineMemoryMb(),
    node: process.version,
  };
}

/** The result of the run before. `undefined` if there is none, or if a run was killed while it wrote. */
export function readResult(path: string): LoadResult | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LoadResult;
  } catch {
    return undefined;
  }
}

/** Writes a file. Its directory is made if need be. */
export function writeReport(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
