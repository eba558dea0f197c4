import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { blocksOf, type DocumentBlock } from '../support/documents/code-blocks.ts';
import {
  anchorsOf,
  codeSpansOf,
  linksOf,
  prose,
  type Section,
  sectionsOf,
} from '../support/documents/document-parts.ts';
import { ROOT } from '../support/synthesized.ts';
import { GLOSSARY, type Page, type Translation } from './translation.ts';

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
  const code = (section: Section) => blocksOf(section.text).map(withoutComments).join('\n');
  const [parts, translated] = [partsOf(english), partsOf(chinese)];
  const codeDiffers = code(english) === code(chinese) ? [] : ['code differs, not only in comments'];
  if (shapeOf(parts) !== shapeOf(translated)) {
    return [...codeDiffers, `the parts are ${shapeOf(translated)}; in English ${shapeOf(parts)}`];
  }
  return [...codeDiffers, ...parts.flatMap((part, index) => compareParts(part, translated[index] ?? ''))];
}

/** Names in backticks are the same in both. Numbers in digits stay; there may be more, for what English has in words. */
function compareParts(english: string, chinese: string): readonly string[] {
  const spans = (part: string) => codeSpansOf(part).map(withoutPlaceholders);
  return [
    ...without(spans(english), spans(chinese)).map((span) => `\`${span}\` is missing`),
    ...without(spans(chinese), spans(english)).map((span) => `\`${span}\` is not in English`),
    ...without(numbersOf(english), numbersOf(chinese)).map((number) => `the number ${number} is missing`),
  ].map((difference) => `${difference}: ${excerptOf(chinese)}`);
}

/** The first characters of a part, without links. */
function excerptOf(part: string): string {
  const words = part.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
  return words.slice(0, 24);
}

/** The code and its language, without comments. A block that names no language is output, and has none. */
function withoutComments({ language, code }: DocumentBlock): string {
  if (language === '') return code;
  const plain = code
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)(?:#|\/\/) .*$/gm, '')
    .replaceAll(/[ \t]+$/gm, '');
  return `${language}\n${plain}`;
}

/** What stands for a value, as in `tk_<id>`, may be translated. */
function withoutPlaceholders(span: string): string {
  return span.replaceAll(/<[^>]*>/g, '<>');
}

/** The heading, and each paragraph, row of a table and item of a list; without the note about the other language. */
function partsOf({ heading, text }: Section): readonly string[] {
  const parts = prose(text).split(/\n\s*\n|\n(?=\||\s*(?:-|\d+\.) )/);
  return [
    heading,
    ...parts.filter((part) => part.trim() !== '' && !/^\s*(?:> 本文译自 |中文说明：)/.test(part)),
  ];
}

/** The kinds of the parts in order, table rows with their number of cells. */
function shapeOf(parts: readonly string[]): string {
  const kinds = parts.map((part) => {
    const line = part.trim();
    if (line.startsWith('|')) return `row${line.replaceAll(/`[^`]*`/g, '').split('|').length - 2}`;
    return /^(?:-|\d+\.) /.test(line) ? 'item' : 'text';
  });
  return kinds.join(' ');
}

/** Written in digits, outside code and link targets. */
function numbersOf(part: string): readonly string[] {
  const words = part.replaceAll(/\]\([^)]*\)/g, ']').replaceAll(/`[^`]*`/g, '');
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
    const own = english.level === 1 ? [original.path] : [];
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
