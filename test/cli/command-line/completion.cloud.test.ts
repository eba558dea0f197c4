import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What bash would offer for the last of these words. */
function offered(words: readonly string[]): readonly string[] {
  const { stdout: script } = spawnSync(process.execPath, ['bin/tidings.ts', 'completion', 'bash'], {
    encoding: 'utf8',
  });
  const file = join(mkdtempSync(join(tmpdir(), 'tidings-completion-')), 'tidings.bash');
  writeFileSync(file, script);
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `source ${file}; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _tidings; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', ask], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}

it('completes nouns, verbs and options in bash', () => {
  expect(offered(['tidings', 'merch'])).toEqual(['merchants']);
  expect(offered(['tidings', 'merchants', ''])).toEqual(expect.arrayContaining(['list', 'create']));
  expect(offered(['tidings', 'merchants', 'create', 'shop-7', '--time'])).toEqual(['--time-zone']);
});
