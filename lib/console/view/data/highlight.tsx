import { printableLines } from '../../../printable.ts';

/** Languages of code blocks. */
export type CodeLanguage =
  | 'text'
  | 'json'
  | 'http'
  | 'shell'
  | 'javascript'
  | 'python'
  | 'go'
  | 'java'
  | 'php';

const STRING = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const SLASHES = String.raw`\/\/[^\n]*`;
const HASH = String.raw`#[^\n]*`;

interface Grammar {
  readonly comment?: string;
  readonly words: string;
}

const GRAMMARS: Readonly<Record<CodeLanguage, Grammar | undefined>> = {
  text: undefined,
  http: { words: 'GET POST PUT PATCH DELETE HTTP' },
  json: { words: 'true false null' },
  shell: { comment: HASH, words: 'curl export' },
  javascript: {
    comment: SLASHES,
    words: 'import from export const let function async await return if throw new true false',
  },
  python: {
    comment: HASH,
    words: 'import from def return if not raise for in and or with as True False None',
  },
  go: { comment: SLASHES, words: 'package import func return if for range err nil var const true false' },
  java: {
    comment: SLASHES,
    words: 'import static public class final var return if for new throw throws boolean byte String',
  },
  php: { comment: SLASHES, words: 'function return if foreach as throw new true false' },
};

/** Longer code is shown without colours: it would more than double the page. */
const MAX_COLOURED = 20_000;

/** Code with its strings, words, numbers and comments marked. */
export function highlighted(code: string, language: CodeLanguage) {
  const text = printableLines(code);
  const grammar = GRAMMARS[language];
  if (grammar === undefined || text.length > MAX_COLOURED) return text;
  const pattern = new RegExp(
    [
      `(?<string>${STRING})`,
      ...(grammar.comment === undefined ? [] : [`(?<comment>${grammar.comment})`]),
      String.raw`(?<word>\b(?:${grammar.words.split(' ').join('|')})\b)`,
      String.raw`(?<number>\b\d+(?:\.\d+)?\b)`,
    ].join('|'),
    'g',
  );
  return parts(text, pattern, language === 'json');
}

function parts(text: string, pattern: RegExp, isJson: boolean) {
  const shown = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [found] = match;
    shown.push(text.slice(end, match.index));
    end = match.index + found.length;
    const isKey = isJson && match.groups?.string !== undefined && /^\s*:/.test(text.slice(end, end + 8));
    shown.push(<span class={isKey ? 'c-key' : kindOf(match.groups)}>{found}</span>);
  }
  shown.push(text.slice(end));
  return shown;
}

function kindOf(groups: Readonly<Record<string, string | undefined>> = {}): string {
  const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
  return `c-${kind}`;
}
