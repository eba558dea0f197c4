import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareDirectory, readProfiles } from '../../../bench/profile/profile-files.ts';

const PROFILE = { nodes: [], samples: [], timeDeltas: [] };

describe('a directory of profiles', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-test-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (name: string) => writeFileSync(join(directory, name), JSON.stringify(PROFILE));

  it('loses the files of an earlier run, and nothing else', () => {
    const earlier = [
      'MainThread.0.cpuprofile',
      'MainThread.heapsnapshot',
      'x.heap-taken',
      'started',
      'written',
    ];
    for (const name of [...earlier, 'package.json']) write(name);
    prepareDirectory(directory);
    expect(readdirSync(directory)).toEqual(['package.json']);
    prepareDirectory(join(directory, 'new', 'deeper'));
    expect(readdirSync(join(directory, 'new'))).toEqual(['deeper']);
  });

  it('has a profile for each thread, under the thread’s name', () => {
    write('TidingsRecord1A2B.7.cpuprofile');
    expect(readProfiles(directory)).toEqual([{ thread: 'TidingsRecord1A2B', profile: PROFILE }]);
  });
});
