import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { START_ARGUMENTS } from '../support/start-command.ts';

const MEGABYTE = 1024 * 1024;
/** Makes garbage of which the last part is always in use, and prints the largest young generation in bytes. */
const MAKE_GARBAGE = `
  const { getHeapSpaceStatistics } = require('node:v8');
  const recent = [];
  let most = 0;
  for (let number = 0; number < 2_000_000; number += 1) {
    recent[number % 100_000] = { number };
    if (number % 10_000 === 0) {
      const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      most = Math.max(most, young.space_size);
    }
  }
  console.log(most);`;

describe('npm start', () => {
  it('keeps the garbage of its main thread small, which would stay in memory after load', () => {
    const options = START_ARGUMENTS.filter((argument) => argument.startsWith('--'));
    const most = Number(
      execFileSync(process.execPath, [...options, '--eval', MAKE_GARBAGE], { encoding: 'utf8' }),
    );
    expect(most).toBeGreaterThan(0);
    expect(most / MEGABYTE).toBeLessThanOrEqual(24);
  });
});
