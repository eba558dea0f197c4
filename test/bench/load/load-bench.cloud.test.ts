import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unreadableBecause } from '../../../bench/load/measure/processes.ts';
import type { LoadResult } from '../../../bench/load/report/result.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { ROOT } from '../../support/synthesized.ts';

const run = promisify(execFile);
const COUNT = 4;

/** The flat scenes record one by one and in batches, on one cloud. */
describe('bench:load', () => {
  const directory = temporaryDirectory();
  const [out, plot] = [join(directory, 'load.json'), join(directory, 'deeper', 'load.svg')];
  const load = () =>
    run(
      process.execPath,
      [
        'bench/load.bench.ts',
        ...['--only', 'flat', '--count', String(COUNT), '--warm-up', '2', '--settle', '0'],
        ...['--out', out, '--plot', plot],
      ],
      { cwd: ROOT },
    );
  let printed: string;
  let result: LoadResult;

  beforeAll(async () => {
    printed = (await load()).stdout;
    result = JSON.parse(readFileSync(out, 'utf8'));
  });
  afterAll(() => removeDirectory(directory));

  it('delivers everything that it recorded, and measures when', () => {
    expect(result.scenes.map(({ name }) => name)).toEqual(['flat-first', 'flat-later']);
    for (const scene of result.scenes) {
      expect(scene).toMatchObject({ target: 'tidings', count: COUNT, missing: 0, callers: 8, batch: 1 });
      expect(scene.delivered.p50).toBeGreaterThan(0);
      expect(scene.delivered.max).toBeGreaterThanOrEqual(scene.delivered.p50);
      expect(scene.accepted.p50).toBeGreaterThan(0);
      expect(scene.deliveredPerSecond).toBeGreaterThan(0);
    }
  });

  it('knows the CPU and the memory of each process, or says why not', () => {
    if (unreadableBecause() !== undefined) {
      expect(printed).toContain(unreadableBecause());
      return;
    }
    const names = ['local cloud', 'dynoxide', 'load generator', 'sink'];
    const [scene] = result.scenes;
    expect(scene?.cpu.map(({ process }) => process)).toEqual(names);
    const parts = scene?.cpu[0]?.parts.map(({ part }) => part);
    expect(parts).toEqual(expect.arrayContaining(['main thread', 'record', 'relay', 'deliver']));
    expect(result.memory.map(({ process }) => process)).toEqual(names);
    for (const { before, peak, samples } of result.memory) {
      expect(before).toBeGreaterThan(0);
      expect(peak).toBeGreaterThanOrEqual(before);
      expect(samples.length).toBeGreaterThan(1);
    }
  });

  it('prints its figures, what grew, and where the files are, and draws them', () => {
    expect(printed).toMatch(/^flat-later +4 /m);
    expect(printed).toContain('flat-later ÷ flat-first: CPU ');
    expect(printed).toContain(`Results: ${out}, plot: ${plot}`);
    expect(readFileSync(plot, 'utf8')).toContain('</svg>');
  });
});
