import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { anchorsOf, blocksOf, codeSpansOf, linksOf, prose, type Section, sectionsOf } from './markdown.ts';
import { GLOSSARY, type Page, ROOT, type Translation } from './translation.ts';

/**
 * What a translation must share with its original, section by section: levels of headings, code, tables, lists, links, names in
 * backticks, numbers. @returns a sentence for each difference
 */
export function differencesOf(translation: Translation, all: readonly Translation[]): readonly string[] {
  const english = sectionsOf(translation.english.text);
  const chinese = sectionsOf(translation.chinese.text);
  const outline = (sections: readonly Section[]) => sections.map(({ level }) => level).join(' ');
  if (outline(english) !== outline(chinese)) {
    return [`levels of headings are ${outline(chinese)}; in English ${outline(english)}`];
  }
  const links = new LinkMap(translation, all);
  return english.flatMap((section, index) => {
    const translated = chinese[index] ?? section;
    const found = [...compareSections(section, translated), ...links.compare(section, translated)];
    return found.map((difference) => `${section.heading}: ${difference}`);
  });
}

function compareSections(english: Section, chinese: Section): readonly string[] {
  const code = (section: Section) => blocksOf(section.text).map(withoutComments);
  const spans = (section: Section) =>
    codeSpansOf(`${section.heading}\n${section.text}`).map(withoutPlaceholders);
  const translatedNumbers = numbersOf(chinese);
  return [
    ...(code(english).join('\n') === code(chinese).join('\n') ? [] : ['code differs, not only in comments']),
    ...(shape(english) === shape(chinese)
      ? []
      : [`tables and lists are ${shape(chinese)}; in English ${shape(english)}`]),
    ...without(spans(english), spans(chinese)).map((span) => `\`${span}\` is missing`),
    ...without(spans(chinese), spans(english)).map((span) => `\`${span}\` is not in English`),
    ...without(numbersOf(english), translatedNumbers).map((number) => `the number ${number} is missing`),
  ];
}

/** The block without comments in the language of its fence. A block that names no language is output, and has none. */
function withoutComments(block: string): string {
  if (/^ *```\n/.test(block)) return block;
  return block
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)(?:#|\/\/) .*$/gm, '')
    .replaceAll(/[ \t]+$/gm, '');
}

/** What stands for a value, as in `tk_<id>`, may be translated. */
function withoutPlaceholders(span: string): string {
  return span.replaceAll(/<[^>]*>/g, '<>');
}

/** For each table row its cells, and the number of items in lists. */
function shape({ text }: Section): string {
  const lines = prose(text).split('\n');
  const cells = lines
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replaceAll(/`[^`]*`/g, '').split('|').length - 2);
  const items = lines.filter((line) => /^\s*(?:-|\d+\.) /.test(line)).length;
  return `[${cells.join(' ')}] and ${items} items`;
}

/** Written in digits, outside code and link targets. */
function numbersOf({ heading, text }: Section): readonly string[] {
  const words = prose(`${heading}\n${text}`)
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/`[^`]*`/g, '');
  return [...words.matchAll(/\d+(?:[,.]\d+)*/g)].map(([number]) => number.replaceAll(',', ''));
}

function without(these: readonly string[], those: readonly string[]): readonly string[] {
  return [...new Set(these)].filter((one) => !those.includes(one));
}

/** Where links of an English page must lead in its translation: to Chinese pages, headings and pictures where they exist. */
class LinkMap {
  readonly #translation: Translation;
  readonly #byEnglish: ReadonlyMap<string, Translation>;

  constructor(translation: Translation, all: readonly Translation[]) {
    this.#translation = translation;
    this.#byEnglish = new Map(all.map((one) => [one.english.path, one]));
  }

  compare(english: Section, chinese: Section): readonly string[] {
    const { english: original, chinese: page } = this.#translation;
    const isFirst = english.level === 1;
    const own = [...(isFirst ? [original.path] : [])];
    const expected = linksOf(english.text)
      .map((link) => this.#translated(resolved(link, original)))
      .filter((link) => link !== page.path);
    const found = linksOf(chinese.text).map((link) => resolved(link, page));
    return [
      ...without([...expected, ...own], found).map((link) => `the link to ${link} is missing`),
      ...without(found, [...expected, ...own, GLOSSARY]).map(
        (link) => `the link to ${link} is not in English`,
      ),
    ];
  }

  #translated(link: string): string {
    const [path = '', anchor] = link.split('#');
    const picture = path.replace(/\.png$/, '-chinese.png');
    if (picture !== path && existsSync(join(ROOT, picture))) return picture;
    const target = this.#byEnglish.get(path);
    if (target === undefined) return link;
    if (anchor === undefined) return target.chinese.path;
    const index = anchorsOf(target.english.text).indexOf(anchor);
    return `${target.chinese.path}#${anchorsOf(target.chinese.text)[index]}`;
  }
}

/** From the root of the repository, with its anchor; links to other hosts as they are. */
function resolved(link: string, { path }: Page): string {
  if (/^[a-z]+:/.test(link)) return link;
  if (link.startsWith('#')) return `${path}${link}`;
  return relative(ROOT, join(ROOT, dirname(path), link));
}
