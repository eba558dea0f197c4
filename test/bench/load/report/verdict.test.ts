import { describe, expect, it } from 'vitest';
import { type Circumstances, verdictOf } from '../../../../bench/load/report/verdict.ts';

const QUIET: Circumstances = {
  recorded: { lateMs: [] },
  count: 100,
  delaysInOrder: Array.from({ length: 100 }, () => 20),
  backlog: 3,
  missing: 0,
  processors: 2,
  cpu: { generator: 0.2, sink: 0.1, others: 0.05, steal: 0 },
};
const cpuOf = (changes: object) => ({ generator: 0.2, sink: 0.1, others: 0.05, steal: 0, ...changes });
const GROWING = Array.from({ length: 100 }, (_, index) => 20 + index * 30);

describe('whether the machine could hold a load', () => {
  it('is not in doubt on a quiet machine', () => {
    expect(verdictOf(QUIET)).toEqual({ warnings: [], notes: [] });
    const paced = { ...QUIET, perSecond: 10, recorded: { lateMs: [0, 1, 2] } };
    expect(verdictOf(paced)).toEqual({ warnings: [], notes: [] });
  });

  it('is in doubt where other programs used the processors', () => {
    expect(verdictOf({ ...QUIET, cpu: cpuOf({ others: 0.8 }) }).warnings).toEqual([
      'other processes used 40 % of the CPU: figures are not comparable',
    ]);
    expect(verdictOf({ ...QUIET, cpu: cpuOf({ steal: 0.5 }) }).warnings).toEqual([
      'the host took away 25 % of the CPU: figures are not comparable',
    ]);
  });

  it('is in doubt where the bench itself was the limit', () => {
    expect(verdictOf({ ...QUIET, cpu: cpuOf({ generator: 0.95 }) }).warnings).toEqual([
      'the load generator used 95 % of a processor: it is the limit',
    ]);
    expect(verdictOf({ ...QUIET, cpu: cpuOf({ sink: 0.9 }) }).warnings).toEqual([
      'the receiver used 90 % of a processor: it is the limit',
    ]);
  });

  it('is in doubt where the generator fell behind its own pace', () => {
    const lateMs = Array.from({ length: 100 }, (_, index) => index);
    expect(verdictOf({ ...QUIET, perSecond: 10, recorded: { lateMs } }).warnings).toEqual([
      'the load generator was 98 ms behind its own pace (p99)',
    ]);
  });

  it('is no where delays grow without end at a steady pace', () => {
    const verdict = verdictOf({ ...QUIET, perSecond: 10, delaysInOrder: GROWING });
    expect(verdict.warnings).toEqual([
      'the service cannot hold 10 a second here: delays grew from 380 ms to 2630 ms',
    ]);
  });

  it('is no doubt where callers record faster than it delivers: the queue is what they made', () => {
    const verdict = verdictOf({ ...QUIET, backlog: 80, delaysInOrder: GROWING });
    expect(verdict.warnings).toEqual([]);
    expect(verdict.notes).toEqual([
      'accepted faster than delivered: 80 of 100 waited when the last was accepted, so delays grow with the count',
    ]);
  });

  it('names accepted orders that never arrived', () => {
    expect(verdictOf({ ...QUIET, missing: 2 }).warnings).toEqual([
      '2 of 100 accepted orders never reached the receiver',
    ]);
  });

  it('is judged without CPU where it cannot be read', () => {
    expect(verdictOf({ ...QUIET, cpu: undefined })).toEqual({ warnings: [], notes: [] });
  });
});
