import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const CORE = 'lib/core';
/** The root of core, and the rooms that stand under all others. */
const FOUNDATION = ['', 'runtime', 'reading'];

/** The order that ARCHITECTURE.md states. */
const ORDER =
  /^merchants ◀──.*$/m
    .exec(readFileSync('ARCHITECTURE.md', 'utf8'))?.[0]
    .split('◀──')
    .map((room) => room.trim()) ?? [];

const roomOf = (file: string) => {
  const [first = '', ...rest] = posix.relative(CORE, file).split('/');
  return rest.length === 0 ? '' : first;
};

interface Import {
  readonly file: string;
  readonly to: string;
}

const imports: readonly Import[] = readdirSync(CORE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => posix.join(CORE, name))
  .flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) => ({
      file,
      to: posix.join(posix.dirname(file), path),
    })),
  )
  .filter(({ to }) => to.startsWith(`${CORE}/`));

describe('the rooms of core', () => {
  it('are all named in the order of ARCHITECTURE.md', () => {
    const rooms = readdirSync(CORE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const named = [...ORDER, ...FOUNDATION.filter((room) => room !== '')];
    expect(rooms.map(({ name }) => name).sort()).toEqual(named.sort());
  });

  it('import only rooms that come before them', () => {
    const placeOf = (file: string) => ORDER.indexOf(roomOf(file));
    const inRooms = imports.filter(({ file, to }) => placeOf(file) >= 0 && placeOf(to) >= 0);
    expect(inRooms.length).toBeGreaterThan(100);
    expect(inRooms.filter(({ file, to }) => placeOf(to) > placeOf(file))).toEqual([]);
  });

  it('stand on a foundation that imports none of them', () => {
    const below = imports.filter(({ file }) => FOUNDATION.includes(roomOf(file)));
    expect(below.length).toBeGreaterThan(10);
    expect(below.filter(({ to }) => !FOUNDATION.includes(roomOf(to)))).toEqual([]);
  });
});
