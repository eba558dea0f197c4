import { describe, expect, it } from 'vitest';
import type { Attribution } from '../../../bench/profile/attribution.ts';
import type { CallFrame, CpuProfile } from '../../../bench/profile/profile-files.ts';
import { NO_ROOM, sumByKind } from '../../../bench/profile/profile-sums.ts';
import { profileTables } from '../../../bench/profile/profile-tables.ts';

const KNOWN: Readonly<Record<string, Omit<Attribution, 'label'>>> = {
  '(root)': { bucket: 'native, system calls', room: undefined },
  '(idle)': { bucket: 'idle', room: undefined },
  record: { bucket: 'ours', room: 'lib/core/record' },
  send: { bucket: 'AWS SDK', room: undefined },
  slice: { bucket: undefined, room: undefined },
  post: { bucket: 'profiler', room: undefined },
};
const attribute = ({ functionName }: CallFrame): Attribution => ({
  bucket: undefined,
  room: undefined,
  ...KNOWN[functionName],
  label: functionName,
});

const node = (id: number, functionName: string, children: readonly number[] = []) => ({
  id,
  children,
  callFrame: { functionName, url: '', lineNumber: 0, columnNumber: 0 },
});
/** record → send → slice; send alone, called back; idle; the profiler. */
const PROFILE: CpuProfile = {
  nodes: [
    node(1, '(root)', [2, 5, 6, 7]),
    node(2, 'record', [3]),
    node(3, 'send', [4]),
    node(4, 'slice'),
    node(5, 'send'),
    node(6, '(idle)'),
    node(7, 'post', [8]),
    node(8, 'slice'),
  ],
  samples: [2, 3, 4, 5, 6, 8],
  timeDeltas: [100, 200, 300, 400, 5_000, 70],
};

describe('sampled time', () => {
  const profiles = [
    { thread: 'TidingsRecord1A2B3C4D', profile: PROFILE },
    { thread: 'TidingsRecord1A2B3C4D', profile: PROFILE },
  ];
  const [record] = sumByKind(profiles, attribute);

  it('is added up over the instances of a function, without idle time and the profiler', () => {
    expect(record).toMatchObject({ kind: 'record', threads: 2, busy: 2_000, idle: 10_000 });
  });

  it('counts built-in functions for their caller, and others for whose code they are', () => {
    expect(record?.buckets).toEqual(
      new Map([
        ['ours', 200],
        ['AWS SDK', 1_800],
      ]),
    );
    expect(record?.functions).toEqual(
      new Map([
        ['record', 200],
        ['send', 1_800],
      ]),
    );
  });

  it('counts for the folder that called, unless nobody of ours is on the stack', () => {
    expect(record?.rooms).toEqual(
      new Map([
        ['lib/core/record', 1_200],
        [NO_ROOM, 800],
      ]),
    );
  });

  it('divides the CPU time that the system counted', () => {
    const cloud = { process: 'local cloud', per1000: 4, parts: [{ part: 'record', per1000: 4 }] };
    const text = profileTables(record === undefined ? [] : [record], cloud);
    expect(text).toMatch(/^AWS SDK +3\.60 +3\.60$/m);
    expect(text).toMatch(/^ours +0\.40 +0\.40$/m);
    expect(text).toMatch(/^idle +83 %$/m);
  });
});
