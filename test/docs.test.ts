import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { anchorsOf, codeSpansOf, linksOf } from './support/documents/document-parts.ts';
import { documents, files, isMade } from './support/documents/documents.ts';
import { ROOT } from './support/synthesized.ts';

/** Links of one document that lead nowhere: to no file, or to no heading in it. */
function brokenLinks({ path, text }: { readonly path: string; readonly text: string }): readonly string[] {
  return linksOf(text).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [target = '', anchor] = link.split('#');
    const file = target === '' ? join(ROOT, path) : join(ROOT, dirname(path), target);
    if (!existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
  });
}

/** Folders that a path may begin with, seen from the root or from `lib`. */
const folders = new Set([...readdirSync(ROOT), ...readdirSync(join(ROOT, 'lib'))]);

/** Names of files that a document may say without their folder: those of its own folder, and from `docs` of all. */
function fileNamesFor(path: string): ReadonlySet<string> {
  const folder = path.startsWith('docs/') || dirname(path) === '.' ? '' : `${dirname(path)}/`;
  return new Set(files.filter((file) => file.startsWith(folder)).map((file) => basename(file)));
}

/** Programs that a page tells its readers to save. */
const SAVED_BY_READERS = new Set(['shop.mjs']);

/** Paths in backticks that do not exist. A path begins with a folder of the repository, or ends like a source file. */
function missingPaths({ path, text }: { readonly path: string; readonly text: string }): readonly string[] {
  return codeSpansOf(text).filter((span) => {
    if (!/^[\w.@{},*-]+(\/[\w.@{},*-]+)*\/?$/.test(span)) return false;
    if (SAVED_BY_READERS.has(span)) return false;
    const [first = ''] = span.split('/');
    const isSource = /\w\.(ts|mjs|md|ya?ml)$/.test(span);
    if (!span.includes('/')) return isSource && !span.includes('*') && !fileNamesFor(path).has(span);
    if (isMade(first) || (!folders.has(first) && !isSource)) return false;
    const plain = span.replaceAll(/\/?[^/]*[*{].*$/g, '');
    return ![ROOT, join(ROOT, 'lib'), join(ROOT, dirname(path))].some((base) =>
      existsSync(join(base, plain)),
    );
  });
}

/** Commands of npm that `package.json` does not have. */
function missingCommands(text: string): readonly string[] {
  const names = [...text.matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(([, name = '']) => name);
  const isStarted = /npm start/.test(text) ? ['start'] : [];
  const isTested = /npm test/.test(text) ? ['test'] : [];
  return [...names, ...isStarted, ...isTested].filter((name) => !Object.hasOwn(packageJson.scripts, name));
}

describe('the documents', () => {
  it.each(documents)('$path has links that lead to files and headings', (document) => {
    expect(brokenLinks(document)).toEqual([]);
  });

  it.each(documents)('$path names paths that exist', (document) => {
    expect(missingPaths(document)).toEqual([]);
  });

  it.each(documents)('$path names npm commands that package.json has', ({ text }) => {
    expect(missingCommands(text)).toEqual([]);
  });
});

describe('the list of dependencies', () => {
  const text = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const [running = '', developing = ''] = text.split(/^Development:$/m);
  const listed = (part: string) =>
    [...part.matchAll(/^\| (`[^|]+) \|/gm)]
      .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
      .sort();

  it('has what the service and the kits are built from', () => {
    expect(listed(running)).toEqual(Object.keys(packageJson.dependencies).sort());
  });

  it('has what development needs', () => {
    const { devDependencies, optionalDependencies } = packageJson;
    expect(listed(developing)).toEqual(Object.keys({ ...devDependencies, ...optionalDependencies }).sort());
  });
});

describe('the decisions', () => {
  const decisions = documents.filter(({ path }) => path.startsWith('docs/decisions/'));
  /** Lines of a page. */
  const PAGE = 60;

  it.each(decisions)('$path says context, decision and consequences, on a page', ({ text }) => {
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name)).toEqual([
      'Context',
      'Decision',
      'Consequences',
    ]);
    expect(text.split('\n').length).toBeLessThanOrEqual(PAGE);
  });

  it.each(decisions)('$path has the number of its name', ({ path, text }) => {
    const number = Number(relative('docs/decisions', path).slice(0, 4));
    expect(text).toMatch(new RegExp(`^# ${number}\\. `));
  });

  it('have a number each', () => {
    const numbers = decisions.map(({ path }) => basename(path).slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
