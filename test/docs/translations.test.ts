import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { counterpartOf } from '../../bin/site/languages.ts';
import { chineseStates } from '../../lib/console/view/text/chinese-states.ts';
import { prose } from '../support/documents/document-parts.ts';
import { ROOT } from '../support/synthesized.ts';
import { differencesOf } from './compare-translation.ts';
import { accepted, driftOf, GLOSSARY, type Page, readPage, translations } from './translation.ts';

const all = translations();
const pages = all.map(({ chinese, ...rest }) => ({ path: chinese.path, chinese, ...rest }));

/** Words that the last column of the glossary's tables rejects. */
const rejected = [...readPage(GLOSSARY).text.matchAll(/^\|.*\| ([^|]+) \|$/gm)]
  .flatMap(([, cell = '']) => cell.trim().split('、'))
  .filter((word) => /\p{Script=Han}/u.test(word) && word !== '不用');

const dictionaries = readdirSync(join(ROOT, 'lib/console'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?:^|\/)chinese[\w-]*\.ts$/.test(name))
  .map((name) => readPage(`lib/console/${name}`));

describe('the Chinese pages', () => {
  it('are those that the README promises', () => {
    expect(pages.map(({ path }) => path).sort()).toEqual([
      'README.zh-CN.md',
      'docs/zh-CN/concepts.md',
      'docs/zh-CN/operate.md',
      'docs/zh-CN/patterns.md',
      'docs/zh-CN/quick-start.md',
      'docs/zh-CN/receiver.md',
    ]);
  });

  it.each(pages)('$path leads to its original on the site, and back', ({ english, chinese }) => {
    expect(counterpartOf(english.path)).toBe(chinese.path);
    expect(counterpartOf(chinese.path)).toBe(english.path);
  });

  it.each(pages)('$path translates each section as it is now: npm run docs:translations', (page) => {
    expect(driftOf(page)).toEqual([]);
  });

  it.each(pages)('$path has the code, tables, links, names and numbers of its original', (page) => {
    expect(differencesOf(page, all)).toEqual([]);
  });

  it.each([...pages, readPage(GLOSSARY)])('$path is set as Chinese text', ({ path }) => {
    expect(misprintsOf(readPage(path))).toEqual([]);
  });

  it.each([...pages.map(({ path }) => readPage(path)), ...dictionaries])(
    '$path uses the words of the glossary',
    ({ text }) => {
      expect(rejected.length).toBeGreaterThan(10);
      expect(rejected.filter((word) => text.includes(word))).toEqual([]);
    },
  );
});

describe('the glossary', () => {
  it('names the states of a notification as the console does', () => {
    const named = [...readPage(GLOSSARY).text.matchAll(/`([a-z]+)` (\p{Script=Han}+)/gu)];
    const states = named.map(([, state = '', name = '']) => [state, name]);
    const known = Object.keys(chineseStates.stateHelp);
    expect(states).toEqual(Object.entries(chineseStates.states).filter(([state]) => known.includes(state)));
  });
});

/** No blank between Han and Latin, punctuation of the other script, or a line break that shows as a blank. */
function misprintsOf({ text }: Page): readonly string[] {
  const words = prose(text)
    .replace(/^<!--[\s\S]*?-->\n/, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '');
  const wrong =
    /\p{Script=Han}[A-Za-z0-9`(,;:!?]|[A-Za-z0-9`),;:!?]\p{Script=Han}|[\p{Script=Han}，；：、。][ ]*\n[ ]*\p{Script=Han}/gu;
  return [...words.matchAll(wrong)].map(({ index }) => words.slice(Math.max(0, index - 10), index + 12));
}

describe('the check of translations', () => {
  const english = page('docs/a.md', [
    '# A',
    'See [b](b.md#two) and `x`.',
    '## One',
    '| a | b |',
    '|---|---|',
    '| 24 h | `y` |',
    '```sh',
    'run it   # a comment',
    '```',
  ]);
  const chinese = page('docs/zh-CN/a.md', [
    '<!--',
    '译自 docs/a.md，',
    '-->',
    '# 甲',
    '见[乙](b.md#二)和 `x`。[原文](../a.md)',
    '## 一',
    '| 甲 | 乙 |',
    '|---|---|',
    '| 24 小时 | `y` |',
    '```sh',
    'run it   # 注释',
    '```',
  ]);
  const other = {
    english: page('docs/b.md', ['# B', '## Two']),
    chinese: page('docs/zh-CN/b.md', ['# 乙', '## 二']),
  };
  const translation = { english, chinese: { ...chinese, text: accepted({ english, chinese }) } };
  const changed = (from: string, to: string) => ({
    ...translation,
    english: { ...english, text: english.text.replace(from, to) },
  });

  it('accepts a page that was just translated, also when its original breaks lines elsewhere', () => {
    expect(differencesOf(translation, [translation, other])).toEqual([]);
    expect(driftOf(translation)).toEqual([]);
    expect(driftOf(changed('See [b]', 'See\n[b]'))).toEqual([]);
  });

  it.each([
    ['a word', 'See', 'Look at', 'changed in English: A'],
    ['a comment in code', 'a comment', 'another comment', 'changed in English: One'],
    ['a heading', '## One', '## First', 'gone in English: One'],
  ])('finds %s that changed in English', (_, from, to, finding) => {
    expect(driftOf(changed(from, to))).toContain(finding);
  });

  it('finds sections that changed places in English', () => {
    const before = page('docs/c.md', ['# C', '## One', '## Two']);
    const after = page('docs/c.md', ['# C', '## Two', '## One']);
    const fresh = page('docs/zh-CN/c.md', ['<!--', '译自 docs/c.md，', '-->']);
    const recorded = { ...fresh, text: accepted({ english: before, chinese: fresh }) };
    expect(driftOf({ english: before, chinese: recorded })).toEqual([]);
    expect(driftOf({ english: after, chinese: recorded })).toEqual(['in another order in English']);
  });

  it.each([
    ['code', 'run it', 'run that', 'One: code differs, not only in comments'],
    [
      'a row of a table',
      '| 24 h |',
      '| 1 | 2 |\n| 24 h |',
      'One: the parts are text row2 row2 row2; in English text row2 row2 row2 row2',
    ],
    ['a name', '`y`', '`z`', 'One: `z` is missing: | 24 小时 | `y` |'],
    ['a number', '24 h', '25 h', 'One: the number 25 is missing: | 24 小时 | `y` |'],
    ['a link', 'b.md#two', 'https://example.com', 'A: the link to https://example.com is missing'],
    ['an anchor', 'b.md#two', 'b.md', 'A: the link to docs/zh-CN/b.md is missing'],
    ['a section', '## One', '## One\n## More', 'levels of headings are 1 2; in English 1 2 2'],
  ])('finds %s that differs from the English', (_, from, to, finding) => {
    expect(differencesOf(changed(from, to), [translation, other])).toContain(finding);
  });

  it('finds a page without a link to its original', () => {
    const text = translation.chinese.text.replace('[原文](../a.md)', '');
    const page = { ...translation, chinese: { ...chinese, text } };
    expect(differencesOf(page, [page, other])).toContain('A: the link to docs/a.md is missing');
  });

  it('finds Latin and Han without a blank, punctuation of the other script, and broken lines', () => {
    expect(misprintsOf(page('', ['用HTTP', '', '中文,中文', '', '第一行', '第二行'])).length).toBe(3);
  });
});

function page(path: string, lines: readonly string[]): Page {
  return { path, text: `${lines.join('\n')}\n` };
}
