import { anchorOf } from '../../../bin/site/markdown.ts';

/** The parts of a Markdown document that tests look at. */

const FENCED = /^ *```[\s\S]*?^ *```$/gm;
const HEADING = /^(#+) (.+)$/gm;

/** A heading with the text up to the next one. */
export interface Section {
  readonly level: number;
  readonly heading: string;
  /** Without the heading. */
  readonly text: string;
}

/** Without fenced blocks, whose pictures of folders name files in part. */
export function prose(text: string): string {
  return text.replaceAll(FENCED, '');
}

export function anchorsOf(text: string): readonly string[] {
  return [...prose(text).matchAll(HEADING)].map(([, , heading = '']) => anchorOf(heading));
}

/** Targets of links and pictures. */
export function linksOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

/** What stands in backticks in the prose. */
export function codeSpansOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

export function sectionsOf(text: string): readonly Section[] {
  // Comments of a shell begin like headings, so headings are looked for where fenced blocks are blanked out.
  const blanked = text.replaceAll(FENCED, (block) => block.replaceAll(/\S/g, '`'));
  const headings = [...blanked.matchAll(HEADING)];
  return headings.map(({ 0: line, 1: marks = '', 2: heading = '', index }, position) => ({
    level: marks.length,
    heading,
    text: text.slice(index + line.length, headings[position + 1]?.index),
  }));
}
