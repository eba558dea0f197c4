import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { delimiter, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory } from '../../support/local-service.ts';
import { projectWithKit } from '../../support/published/published.ts';

const MAX_BYTES = 512 * 1024;

describe('the command line in the published package', () => {
  let project: string;
  let file: string;
  beforeAll(async () => {
    project = await projectWithKit();
    const root = join(project, 'node_modules/tidings');
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    file = join(root, bin.tidings);
  });
  afterAll(() => removeDirectory(project));

  const tidings = (...words: readonly string[]) => {
    const env = { PATH: process.env.PATH ?? '', TIDINGS_CONFIG_DIR: join(project, 'config') };
    return spawnSync(process.execPath, [file, ...words], { cwd: project, env, encoding: 'utf8' });
  };

  it('is one file of bounded size that needs nothing but Node', () => {
    const text = readFileSync(file, 'utf8');
    const imported = [...text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*"([\w@:/.-]+)"/g)].map(
      ([, name]) => name,
    );
    expect(imported.length).toBeGreaterThan(5);
    expect(imported.filter((name = '') => !isBuiltin(name))).toEqual([]);
    expect(statSync(file).size).toBeLessThan(MAX_BYTES);
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
    // As npx runs it.
    expect(execFileSync(file, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('runs commands outside of the repository, without a warning of Node', () => {
    expect(tidings('status', '--help')).toMatchObject({ status: 0, stderr: '' });
    const unknown = tidings('statsu');
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('status') });
    const alone = tidings('status', '--json');
    expect([alone.status, JSON.parse(alone.stderr).error.code]).toEqual([2, 'usage']);
  });

  it('says in one sentence which Node it needs, before an older one fails at it', () => {
    const said: string[] = [];
    const older = {
      versions: { node: '20.20.2' },
      stderr: { write: (text: string) => said.push(text) },
      exit: (status: number) => {
        throw new Error(`exit ${status}`);
      },
    };
    const text = readFileSync(file, 'utf8').replace(/^#!.*/, '');
    expect(() => runInNewContext(text, { process: older })).toThrow('exit 2');
    expect(said).toEqual([
      expect.stringMatching(/^tidings needs Node 22 or newer, and this is Node 20\.20\.2\. .*\n$/),
    ]);
    // The machine's own Node, where it is older.
    const PATH = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.includes('node_modules'));
    const own = spawnSync(file, ['--version'], { env: { PATH: PATH.join(delimiter) }, encoding: 'utf8' });
    if (own.status !== 0)
      expect(own).toMatchObject({ status: 2, stderr: expect.stringMatching(/^tidings needs Node 22/) });
  });
});
