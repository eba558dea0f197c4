import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openListenerFile } from '../../../lib/cli/listen/listener-file.ts';

/** A process that no system has. */
const ENDED = '4194999';
/** The process that started this one: it runs. */
const RUNNING = String(process.ppid);

function folderOfListener() {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-listen-'));
  const open = () =>
    openListenerFile({
      env: { TIDINGS_CONFIG_DIR: folder },
      api: 'https://a.example',
      merchantId: 'shop',
      forwardTo: 'http://localhost:3000/hook',
    });
  const files = () => readdirSync(join(folder, 'listen'));
  const write = (name: string, text: string) => writeFileSync(join(folder, 'listen', name), text);
  return { open, files, write };
}

const STATE = { cursor: 'c', from: '2026-11-20T08:00:00.000Z', accepted: ['a 1'], secret: 'whsec_x' };

it('keeps its place, and lets the next listener go on there', () => {
  const { open } = folderOfListener();
  const first = open();
  first.write(STATE);
  first.unlock();
  const second = open();
  expect(second.read()).toEqual(STATE);
  second.unlock();
});

it('keeps a second listener out while the first one runs', () => {
  const { open, files, write } = folderOfListener();
  open().unlock();
  const [lock = ''] = files().filter((name) => name.includes('.lock.'));
  write(lock, RUNNING);
  expect(open).toThrow(`Process ${RUNNING} forwards`);
  // A listener that has made its lock, and not written into it yet.
  write(lock, '');
  expect(open).toThrow('Another process forwards');
});

it('takes over from a process that ended, under a new lock', () => {
  const { open, files, write } = folderOfListener();
  open().unlock();
  const [lock = ''] = files().filter((name) => name.includes('.lock.'));
  write(lock, ENDED);
  open();
  const locks = files().filter((name) => name.includes('.lock.'));
  expect(locks).toEqual([lock.replace(/\d+$/, (number) => String(Number(number) + 1))]);
});

it('never lets go of the lock of another listener', () => {
  const { open, files, write } = folderOfListener();
  const slow = open();
  const [lock = ''] = files().filter((name) => name.includes('.lock.'));
  write(lock, ENDED);
  write(lock.replace(/\d+$/, '7'), RUNNING);
  slow.unlock();
  expect(open).toThrow(`Process ${RUNNING} forwards`);
});

it.each(['', '{', '{"cursor":"c"}', '[]'])(
  'says that it does not know its place in a file with %j',
  (text) => {
    const { open, files, write } = folderOfListener();
    const first = open();
    first.write(STATE);
    const [file = ''] = files().filter((name) => name.endsWith('.json'));
    write(file, text);
    expect(first.read()).toBe('damaged');
  },
);
