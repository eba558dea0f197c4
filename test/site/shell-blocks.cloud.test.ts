import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../support/documents/code-blocks.ts';
import { documents } from '../support/documents/documents.ts';

/** What bash says of a script that it only reads; empty if it can be run. */
function complaintAbout(script: string): string {
  return spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr;
}

describe('the blocks of shell', () => {
  it.each(documents)('of $path can be read by bash', ({ text }) => {
    const shell = blocksOf(text).filter(({ language }) => language === 'sh');
    const faults = shell.flatMap(({ code, line }) => {
      const complaint = complaintAbout(code);
      return complaint === '' ? [] : [`line ${line}: ${complaint}`];
    });
    expect(faults).toEqual([]);
  });

  it('are found wrong if they are', () => {
    expect(complaintAbout('for x in 1 2; do echo "$x"')).toContain('syntax error');
  });
});
