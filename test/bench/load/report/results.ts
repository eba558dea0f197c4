import type { LoadResult, SceneResult } from '../../../../bench/load/report/result.ts';

/** Results of the bench, for tests of what it prints. */

export function sceneResult(changes: Partial<SceneResult> = {}): SceneResult {
  return {
    name: 'single-8',
    target: 'tidings',
    count: 1_000,
    callers: 8,
    batch: 1,
    acceptedPerSecond: 200,
    deliveredPerSecond: 100,
    accepted: { p50: 10, p99: 20, p999: 30, max: 40 },
    delivered: { p50: 20, p99: 200, p999: 300, max: 400 },
    missing: 0,
    repeated: 0,
    backlog: 0,
    cpu: [
      {
        process: 'local cloud',
        per1000: 10,
        parts: [
          { part: 'record', per1000: 7 },
          { part: 'deliver', per1000: 3 },
        ],
      },
      { process: 'dynoxide', per1000: 2, parts: [{ part: 'dynoxide', per1000: 2 }] },
      { process: 'load generator', per1000: 1, parts: [] },
      { process: 'sink', per1000: 1, parts: [] },
    ],
    warnings: [],
    notes: [],
    ...changes,
  };
}

export function loadResult(changes: Partial<LoadResult> = {}): LoadResult {
  return {
    at: '2026-11-29T05:00:00.000Z',
    machine: {
      platform: 'linux',
      processors: 2,
      processor: 'Quiet & <small>',
      memoryMb: 8_000,
      node: 'v24.21.0',
    },
    scenes: [sceneResult()],
    memory: [
      {
        way: 'flat',
        process: 'local cloud',
        before: 200,
        peak: 900,
        after: 300,
        samples: [
          { atSeconds: 0, megabytes: 200 },
          { atSeconds: 60, megabytes: 900 },
          { atSeconds: 180, megabytes: 300 },
        ],
      },
    ],
    ...changes,
  };
}
