import { describe, expect, it } from 'vitest';
import { changeUnderRev, OVERTAKEN, tryUnderRev } from '../../../lib/core/runtime/change-under-rev.ts';

/** An item that another writer changes before each of the first `times` writes. */
function contested(times: number) {
  const stored = { rev: 1, words: ['first'] };
  let reads = 0;
  const add = async (word: string) => {
    reads += 1;
    const seen = { ...stored, words: [...stored.words] };
    if (reads <= times) Object.assign(stored, { rev: stored.rev + 1, words: [...stored.words, 'other'] });
    if (stored.rev !== seen.rev) return OVERTAKEN;
    return Object.assign(stored, { rev: seen.rev + 1, words: [...seen.words, word] });
  };
  return { stored, add, reads: () => reads };
}

describe('a change under a rev', () => {
  it('that is overtaken is made again on the newest state, and loses nothing', async () => {
    const { stored, add } = contested(2);
    await changeUnderRev('The item', () => add('own'));
    expect(stored.words).toEqual(['first', 'other', 'other', 'own']);
  });

  it('that is overtaken every time ends after its bound, with a fault that a caller may try again', async () => {
    const { stored, add, reads } = contested(100);
    await expect(changeUnderRev('The item', () => add('own'))).rejects.toMatchObject({
      name: 'Fault',
      code: 'contended',
      retryable: true,
    });
    expect(reads()).toBe(5);
    expect(stored.words).not.toContain('own');
  });

  it('may be dropped instead, after as many tries as its caller says', async () => {
    const { add, reads } = contested(100);
    expect(await tryUnderRev(() => add('own'), 3)).toBe(OVERTAKEN);
    expect(reads()).toBe(3);
  });

  it('that fails is not repeated', async () => {
    let tries = 0;
    const fails = () => {
      tries += 1;
      return Promise.reject(new Error('unavailable'));
    };
    await expect(changeUnderRev('The item', fails)).rejects.toThrow('unavailable');
    expect(tries).toBe(1);
  });
});
