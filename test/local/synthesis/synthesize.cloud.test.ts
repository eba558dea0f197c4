import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { copiesIn, createWorkingCopy, removeFile, type WorkingCopy } from './working-copy.ts';

let copy: WorkingCopy;
beforeEach(() => {
  copy = createWorkingCopy();
});
afterEach(() => copy.remove());

describe('an assembly is synthesized again after', () => {
  const changes: Readonly<Record<string, () => void>> = {
    'an edit that leaves size and time of the file': () => {
      const { atime, mtime } = statSync(copy.path('lib/source.ts'));
      copy.write('lib/source.ts', 'new');
      utimesSync(copy.path('lib/source.ts'), atime, mtime);
    },
    'an older file is restored': () => {
      copy.write('lib/source.ts', 'older');
      utimesSync(copy.path('lib/source.ts'), 1, 1);
    },
    'a file is deleted': () => removeFile(copy.path('lib/room/other.ts')),
    'a file is added': () => copy.write('functions/two.ts', ''),
    'a file is moved to another folder': () => {
      removeFile(copy.path('lib/room/other.ts'));
      copy.write('lib/space/other.ts', 'other');
    },
    'a file is renamed': () => {
      removeFile(copy.path('lib/room/other.ts'));
      copy.write('lib/room/others.ts', 'other');
    },
    'two files exchange their contents': () => {
      copy.write('lib/source.ts', 'other');
      copy.write('lib/room/other.ts', 'old');
    },
    'an edit of the app': () => copy.write('bin/more.ts', '1'),
    'an edit of the OpenAPI document': () => copy.write('docs/openapi.json', '[]'),
    'an edit of cdk.json': () => copy.write('cdk.json', '[]'),
    'cdk.context.json appears': () => copy.write('cdk.context.json', '{}'),
    'an edit of the lock file': () => copy.write('package-lock.json', '[]'),
    'other packages are installed': () => copy.write('node_modules/.package-lock.json', '[]'),
    'an edit of tsconfig.json': () => copy.write('tsconfig.json', '[]'),
  };

  it.each(Object.entries(changes))('%s, for its inputs have another hash', (_, change) => {
    const before = copy.hash();
    change();
    expect(copy.hash()).not.toBe(before);
  });

  it('an edit, once', async () => {
    await copy.synthesize();
    copy.write('lib/source.ts', 'new');
    expect((await copy.synthesize()).isNew).toBe(true);
    expect((await copy.synthesize()).isNew).toBe(false);
  });

  it('the context has another value', async () => {
    await copy.synthesize({ preset: 'local', feedLagSeconds: 1 });
    expect((await copy.synthesize({ preset: 'local', feedLagSeconds: 2 })).isNew).toBe(true);
    expect((await copy.synthesize({ feedLagSeconds: 1, preset: 'local' })).isNew).toBe(false);
  });
});

describe('an assembly is taken from the cache', () => {
  it('after a checkout that only writes new times', async () => {
    const { directory } = await copy.synthesize();
    const later = Date.now() / 1000 + 3600;
    for (const name of ['lib/source.ts', 'package-lock.json']) utimesSync(copy.path(name), later, later);
    expect(await copy.synthesize()).toEqual({ directory, isNew: false });
  });

  it('with compiled code that a run left beside its files', async () => {
    const { directory } = await copy.synthesize();
    mkdirSync(join(directory, '.compiled'));
    writeFileSync(join(directory, '.compiled', 'one'), 'code');
    expect(await copy.synthesize()).toEqual({ directory, isNew: false });
  });

  it('when a branch is checked out again', async () => {
    const { directory } = await copy.synthesize();
    copy.write('lib/source.ts', 'new');
    const other = await copy.synthesize();
    copy.write('lib/source.ts', 'old');
    expect(await copy.synthesize()).toEqual({ directory, isNew: false });
    expect(copiesIn(other.directory)).toEqual(['new', 'new']);
  });
});

describe('a synthesis', () => {
  it('that another process makes at the same time gives each a whole assembly', async () => {
    copy.close();
    const [one, other] = [copy.spawn(), copy.spawn()];
    try {
      // The gate opens for all that stand at it. The second one may come later.
      const directories = Promise.all([one.directory, other.directory]);
      await passUntil(directories);
      for (const directory of await directories) expect(copiesIn(directory)).toEqual(['old', 'old']);
      expect((await copy.synthesize()).isNew).toBe(false);
    } finally {
      await Promise.all([one.kill(), other.kill()]);
    }
  });

  it('that is killed in the middle leaves nothing that is used, and the next one clears it up', async () => {
    copy.close();
    const killed = copy.spawn();
    killed.directory.catch(() => undefined);
    const pass = await copy.atGate();
    await killed.kill();
    expect(copy.cached()).toHaveLength(1);
    // The app itself still runs, and ends.
    await pass();
    removeFile(copy.path('gate'));
    const { directory, isNew } = await copy.synthesize();
    expect(isNew).toBe(true);
    expect(copiesIn(directory)).toEqual(['old', 'old']);
    // While the app still writes, its draft cannot be deleted.
    await eventually(
      async () => {
        await copy.synthesize();
        return copy.cached();
      },
      (cached) => expect(cached).toEqual([directory.slice(copy.cacheDir.length + 1)]),
    );
  });

  it('starts again if a source changed meanwhile', async () => {
    copy.close();
    const synthesizer = copy.spawn();
    try {
      const pass = await copy.atGate();
      copy.write('lib/source.ts', 'new');
      removeFile(copy.path('gate'));
      await pass();
      expect(copiesIn(await synthesizer.directory)).toEqual(['new', 'new']);
      copy.write('lib/source.ts', 'old');
      expect(copiesIn((await copy.synthesize()).directory)).toEqual(['old', 'old']);
    } finally {
      await synthesizer.kill();
    }
  });

  it('that fails says what the app said, and leaves nothing', async () => {
    copy.write('bin/app.ts', 'throw new Error("no such prop")');
    await expect(copy.synthesize()).rejects.toMatchObject({
      code: 'synthesis_failed',
      message: expect.stringContaining('no such prop'),
    });
    expect(copy.cached()).toEqual([]);
  });
});

/** Lets every synthesis pass that comes to the gate, until the work is done. */
async function passUntil(done: Promise<unknown>): Promise<void> {
  let isDone = false;
  const finished = done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const pass = await Promise.race([copy.atGate(), finished.then(() => undefined)]);
    await pass?.();
  }
  copy.removeGate();
}

describe('a cache', () => {
  const damages: Readonly<Record<string, (directory: string) => void>> = {
    'a file is missing': (directory) => removeFile(join(directory, 'second.json')),
    'a file is cut off': (directory) => writeFileSync(join(directory, 'second.json'), 'o'),
    'a file is empty': (directory) => writeFileSync(join(directory, 'manifest.json'), ''),
    'there is one file more': (directory) => writeFileSync(join(directory, 'third.json'), ''),
    'nothing is left': (directory) => {
      for (const name of readdirSync(directory)) removeFile(join(directory, name));
    },
  };
  it.each(Object.entries(damages))('does not give out an assembly in which %s', async (_, damage) => {
    const { directory } = await copy.synthesize();
    damage(directory);
    const again = await copy.synthesize();
    expect(again.isNew).toBe(true);
    expect(copiesIn(again.directory)).toEqual(['old', 'old']);
    expect((await copy.synthesize()).directory).toBe(again.directory);
  });

  it('with files of an earlier version in it is used', async () => {
    for (const name of ['manifest.json', 'draft-x', 'asset.1/index.mjs']) copy.write(`cache/${name}`, '{');
    expect(copiesIn((await copy.synthesize()).directory)).toEqual(['old', 'old']);
  });

  it('that is a file is an error that names it', async () => {
    copy.write('cache', '');
    await expect(copy.synthesize()).rejects.toMatchObject({
      code: 'synthesis_failed',
      message: expect.stringContaining(copy.cacheDir),
    });
  });

  it('keeps a few assemblies, and all that running processes use', async () => {
    const user = copy.spawn();
    try {
      const used = await user.directory;
      const made: string[] = [];
      for (let edit = 0; edit < 9; edit += 1) {
        copy.write('lib/source.ts', String(edit));
        made.push(await copy.spawnAndEnd());
      }
      expect(copiesIn(used)).toEqual(['old', 'old']);
      expect(copy.cached().length).toBeLessThan(made.length);
      expect(existsSync(made.at(-1) ?? '')).toBe(true);
      expect(existsSync(made[0] ?? '')).toBe(false);
      await user.kill();
      await copy.spawnAndEnd();
      copy.write('lib/source.ts', 'last');
      await copy.spawnAndEnd();
      expect(existsSync(used)).toBe(false);
    } finally {
      await user.kill();
    }
  });
});
