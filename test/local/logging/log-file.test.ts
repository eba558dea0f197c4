import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { openLogFile } from '../../../lib/local/logging/log-file.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

const directories: string[] = [];
let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
  directories.push(directory);
});
afterAll(() => directories.forEach(removeDirectory));
const lines = (name: string) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n');

it('goes on where the last run ended, and loses no line while it is short', () => {
  const path = join(directory, 'tidings.log');
  for (const run of ['first', 'second']) {
    const log = openLogFile(path, { maxBytes: 1_000 });
    log.line(run);
    log.close();
  }
  expect(lines('tidings.log')).toEqual(['first', 'second']);
});

it('keeps the latest lines, in two files that stay within their bound', () => {
  const path = join(directory, 'tidings.log');
  const log = openLogFile(path, { maxBytes: 100 });
  for (let number = 0; number < 1_000; number += 1) log.line(`line ${number}`);
  log.close();
  expect(readdirSync(directory).sort()).toEqual(['tidings.log', 'tidings.log.1']);
  for (const name of readdirSync(directory))
    expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(100);
  const kept = [...lines('tidings.log.1'), ...lines('tidings.log')];
  expect(kept.length).toBeGreaterThan(10);
  expect(kept).toEqual(kept.map((_, index) => `line ${1_000 - kept.length + index}`));
});

it('puts aside at once what a run of before left too long', () => {
  const path = join(directory, 'tidings.log');
  const long = openLogFile(path, { maxBytes: 1_000 });
  for (let number = 0; number < 50; number += 1) long.line('before');
  long.close();
  const log = openLogFile(path, { maxBytes: 100 });
  log.line('after');
  log.close();
  expect(lines('tidings.log')).toEqual(['after']);
  expect(lines('tidings.log.1')).toHaveLength(50);
});

it('loses the lines that it cannot write, says so once, and throws nothing', () => {
  const path = join(directory, 'tidings.log');
  const losses: string[] = [];
  const log = openLogFile(path, { maxBytes: 10, onLoss: (message) => losses.push(message) });
  log.line('first');
  // The next file cannot be opened.
  mkdirSync(`${path}.new`);
  log.line('second');
  log.line('third');
  log.close();
  expect(losses).toEqual([expect.stringMatching(/^Cannot write to \S+tidings\.log, .*EISDIR/)]);
  expect(lines('tidings.log')).toEqual(['first']);
});

it.each(['1', 'new'])('goes on with the log as soon as it can be rotated again: .%s', (ending) => {
  const path = join(directory, 'tidings.log');
  const losses: string[] = [];
  const log = openLogFile(path, { maxBytes: 10, onLoss: (message) => losses.push(message) });
  log.line('first');
  mkdirSync(`${path}.${ending}`);
  log.line('second');
  rmdirSync(`${path}.${ending}`);
  log.line('third');
  log.close();
  expect(losses).toHaveLength(1);
  expect(lines('tidings.log.1')).toEqual(['first']);
  expect(lines('tidings.log')).toEqual(['third']);
});
