import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Section, sectionsOf } from '../support/documents/document-parts.ts';
import { ROOT } from '../support/synthesized.ts';

/**
 * Chinese pages and the English pages that they translate. Each Chinese page begins with a comment that names its original and
 * holds a hash of each section as it was when the translator last looked. The English page is binding.
 */

const FOLDER = 'docs/zh-CN';
/** Written for the translations, so it translates nothing. */
export const GLOSSARY = `${FOLDER}/glossary.md`;

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Translation {
  readonly english: Page;
  readonly chinese: Page;
}

const RECORD = /^<!--\n译自 (\S+?)，[^\n]*\n([\s\S]*?)-->\n/;

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** @throws where a Chinese page does not say what it translates, or its original is gone */
export function translations(): readonly Translation[] {
  const names = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.md'));
  const paths = ['README.zh-CN.md', ...names.map((name) => `${FOLDER}/${name}`)];
  return paths.filter((path) => path !== GLOSSARY).map((path) => translationFrom(readPage(path)));
}

function translationFrom(chinese: Page): Translation {
  const [, original = ''] = RECORD.exec(chinese.text) ?? [];
  if (original === '' || !existsSync(join(ROOT, original))) {
    throw new Error(`${chinese.path} does not begin with a comment that names the page it translates.`);
  }
  return { english: readPage(original), chinese };
}

/** @returns what happened to sections of the English page after the Chinese one was accepted: changed, gone, moved */
export function driftOf({ english, chinese }: Translation): readonly string[] {
  const recorded = recordOf(chinese);
  const current = sectionsOf(english.text).map(lineOf);
  const changed = current.filter((line) => !recorded.includes(line));
  const gone = recorded.filter((line) => !current.some((other) => headingOf(other) === headingOf(line)));
  if (changed.length + gone.length === 0 && current.join() !== recorded.join()) {
    return ['in another order in English'];
  }
  return [
    ...changed.map((line) => `changed in English: ${headingOf(line)}`),
    ...gone.map((line) => `gone in English: ${headingOf(line)}`),
  ];
}

/** @returns the Chinese page with the hashes of the English sections as they are now */
export function accepted({ english, chinese }: Translation): string {
  const lines = sectionsOf(english.text).map(lineOf).join('\n');
  const record = `<!--\n译自 ${english.path}，以英文版为准。各节哈希由 npm run docs:translations -- --accept 写入。\n${lines}\n-->\n`;
  return chinese.text.replace(RECORD, () => record);
}

function recordOf({ text }: Page): readonly string[] {
  const [, , lines = ''] = RECORD.exec(text) ?? [];
  return lines.split('\n').filter((line) => line !== '');
}

/** Breaking lines elsewhere is no change. */
function lineOf({ heading, text }: Section): string {
  const words = `${heading}\n${text}`.replaceAll(/\s+/g, ' ').trim();
  return `${createHash('sha256').update(words).digest('hex').slice(0, 16)} ${heading}`;
}

function headingOf(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}
