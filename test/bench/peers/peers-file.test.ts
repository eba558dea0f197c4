import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeersFile } from '../../../bench/peers/file/peers-file.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-peers-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const KEY = 'a-key-that-nobody-may-print';
const outpost = { product: 'outpost', url: 'http://127.0.0.1:3333', key: KEY, processes: { server: 4711 } };

function read(content: unknown, env: NodeJS.ProcessEnv = {}) {
  const file = join(directory, 'peers.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readPeersFile(file, env);
}

/** The sentence with which the file is refused, without the file's path. */
function refusal(content: unknown): string {
  try {
    read(content);
  } catch (error) {
    return (error as Error).message.replace(join(directory, 'peers.json'), 'FILE');
  }
  return 'accepted';
}

const refusalOf = (changes: object) => refusal({ peers: [{ ...outpost, ...changes }] });

describe('the file of peers', () => {
  it('names each peer by its product, unless it has a name of its own', () => {
    const convoy = { ...outpost, product: 'convoy', project: 'p1', name: 'convoy-2' };
    expect(read({ peers: [outpost, convoy] }).map(({ name }) => name)).toEqual(['outpost', 'convoy-2']);
  });

  it('takes the key from a variable of the environment', () => {
    const { key: _, ...rest } = outpost;
    const [peer] = read({ peers: [{ ...rest, keyVariable: 'OUTPOST_KEY' }] }, { OUTPOST_KEY: KEY });
    expect(peer?.key).toBe(KEY);
  });

  it('says which variable is not set', () => {
    const { key: _, ...rest } = outpost;
    expect(refusal({ peers: [{ ...rest, keyVariable: 'OUTPOST_KEY' }] })).toBe(
      'FILE: the variable OUTPOST_KEY, the key of outpost, is not set.',
    );
  });

  it('takes process ids, and commands that print them', () => {
    const processes = { server: 'pgrep outpost', redis: 12 };
    expect(read({ peers: [{ ...outpost, processes }] })[0]?.processes).toEqual(processes);
  });

  it('drops the slash at the end of an address', () => {
    expect(read({ peers: [{ ...outpost, url: 'http://localhost:3333/' }] })[0]?.url).toBe(
      'http://localhost:3333',
    );
  });

  it.each([
    [
      'a product without an adapter',
      { product: 'other' },
      'FILE: peers[0].product needs one of outpost, svix, convoy.',
    ],
    [
      'an address elsewhere',
      { url: 'http://hooks.example.com' },
      'FILE: peers[0].url needs an http address on this machine, such as http://127.0.0.1:3333.',
    ],
    [
      'an address that only begins like one on this machine',
      { url: 'http://127.0.0.1.example.com' },
      'FILE: peers[0].url needs an http address on this machine, such as http://127.0.0.1:3333.',
    ],
    ['no key', { key: undefined }, 'FILE: peers[0].key needs either key or keyVariable.'],
    ['two keys', { keyVariable: 'K' }, 'FILE: peers[0].key needs either key or keyVariable.'],
    [
      'no process',
      { processes: {} },
      'FILE: peers[0].processes needs at least one process, to read CPU and memory from, such as {"server": 4711}.',
    ],
    [
      'a peer without processes',
      { processes: undefined },
      'FILE: peers[0].processes needs at least one process, to read CPU and memory from, such as {"server": 4711}.',
    ],
    ['an unknown field', { prot: 1 }, 'FILE: peers[0] has a field that nobody knows: prot.'],
    ['a key that is no text', { key: 1 }, 'FILE: peers[0].key needs text.'],
    ['an empty topic', { topic: '' }, 'FILE: peers[0].topic needs text.'],
    [
      'a kill of a process that is not listed',
      { kill: { processes: ['worker'], restart: 'true' } },
      'FILE: peers[0].kill names the process worker, which processes does not have.',
    ],
    [
      'a topic for another product',
      { product: 'svix', topic: 't' },
      'FILE: peers[0].topic is for Outpost only.',
    ],
    [
      'Convoy without a project',
      { product: 'convoy' },
      'FILE: peers[0].project needs the id of a Convoy project.',
    ],
    [
      'the process id of init',
      { processes: { server: 1 } },
      'FILE: peers[0].processes.server needs a process id, or a command that prints process ids.',
    ],
    [
      'a kill without a way to start again',
      { kill: { processes: ['server'] } },
      'FILE: peers[0].kill needs processes and restart, or command alone.',
    ],
    [
      'the name of Tidings itself',
      { name: 'tidings' },
      'FILE: peers[0].name needs a lowercase letter, then at most 31 letters, digits or hyphens, and is not tidings.',
    ],
    [
      'a name that is no id',
      { name: 'My Peer' },
      'FILE: peers[0].name needs a lowercase letter, then at most 31 letters, digits or hyphens, and is not tidings.',
    ],
  ])('refuses %s in one sentence', (_, changes, sentence) => {
    expect(refusalOf(changes)).toBe(sentence);
  });

  it.each([
    [[], 'FILE: needs an object, such as {"peers": [{"product": "outpost", …}]}.'],
    [null, 'FILE: needs an object, such as {"peers": [{"product": "outpost", …}]}.'],
    [{}, 'FILE: peers needs a list of services to compare with.'],
    [{ peers: outpost }, 'FILE: peers needs a list of services to compare with.'],
    [{ peers: ['outpost'] }, 'FILE: peers[0] needs product, url, processes, and key or keyVariable.'],
    [{ peers: [{}] }, 'FILE: peers[0].product needs one of outpost, svix, convoy.'],
    [{ peers: Array.from({ length: 9 }, () => outpost) }, 'FILE: peers takes at most 8 peers.'],
  ])('says what to give in place of %j', (content, sentence) => {
    expect(refusal(content)).toBe(sentence);
  });

  it('refuses two peers of one name', () => {
    expect(refusal({ peers: [outpost, outpost] })).toBe('FILE: peers has two peers with the name outpost.');
  });

  it('refuses an empty list, a missing file and what is no JSON', () => {
    expect(refusal({ peers: [] })).toBe('FILE: peers needs at least one peer.');
    expect(() => readPeersFile(join(directory, 'none.json'))).toThrow(/none\.json cannot be read: ENOENT\.$/);
    expect(refusal(`{"peers": [{"key": "${KEY}"`)).toBe(
      'FILE: FILE is not valid JSON.'.replace('FILE: ', ''),
    );
  });

  it('never prints a key', () => {
    const wrong = [
      { url: 'ftp://x' },
      { kill: 1 },
      { processes: 1 },
      { name: '-' },
      { [KEY.slice(0, 5)]: 1 },
    ];
    for (const changes of wrong) expect(refusalOf(changes)).not.toContain(KEY);
  });
});
