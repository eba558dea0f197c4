import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TERMINAL_STATUSES } from '../../lib/protocol/content/content-rules.ts';

/** Receivers of other languages cannot import the protocol, so their lists are compared with it. */

const FOLDER = 'examples/receivers';
const SOURCES = new Set(['.go', '.java', '.py', '.php', '.cs', '.rb', '.rs', '.kt']);

/** Lines of sources that list more than one status. */
const lists = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => SOURCES.has(extname(path)))
  .flatMap((path) =>
    readFileSync(join(FOLDER, path), 'utf8')
      .split('\n')
      .map((line) => [path, [...line.matchAll(/["']([A-Z]{4,})["']/g)].map(([, word]) => word)] as const),
  )
  .filter(([, words]) => words.length > 1 && words.includes('SUCCEEDED'));

describe('a receiver of another language', () => {
  it('is found here if it lists the ends of a transaction', () => {
    expect(new Set(lists.map(([path]) => path.split('/')[0]))).toEqual(new Set(['go', 'java', 'python']));
  });

  it.each(lists)('%s knows each end, and no other: %j', (_, words) => {
    expect([...words].sort()).toEqual([...TERMINAL_STATUSES].sort());
  });
});
