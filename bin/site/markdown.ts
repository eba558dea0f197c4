import hljs from 'highlight.js/lib/common';
import { Marked, type Tokens } from 'marked';

/** A heading of a page, with the anchor that forges give it. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

/** A part of a page below one heading, for the search. */
interface PagePart {
  readonly heading: Heading | undefined;
  readonly text: string;
}

export interface RenderedPage {
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  readonly parts: readonly PagePart[];
}

/** As forges make it of a heading: everything but letters, digits, `_`, `-` and spaces goes. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** As forges do it: the second heading of the same text gets `-1`, the third `-2`. */
function freeAnchor(text: string, before: readonly Heading[]): string {
  const same = before.filter((heading) => heading.text === text).length;
  return same === 0 ? anchorOf(text) : `${anchorOf(text)}-${same}`;
}

/** Renders a page. `linkTo` says where a link leads on the site. */
export function renderMarkdown(source: string, linkTo: (link: string) => string): RenderedPage {
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        const text = plainText(html.replaceAll(/<[^>]*>/g, ''));
        const heading = { level: depth, text, anchor: freeAnchor(text, headings) };
        headings.push(heading);
        return `<h${depth} id="${heading.anchor}">${html} <a class="anchor" href="#${heading.anchor}" aria-label="Link to this section">#</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escaped(linkTo(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }) {
        return `<img src="${escaped(linkTo(href))}" alt="${escaped(text)}" loading="lazy">`;
      },
      code: codeBlock,
      table(token) {
        return `<div class="table" tabindex="0" role="group" aria-label="Table">${tableOf(this, token)}</div>\n`;
      },
    },
  });
  const html = marked.parse(source, { async: false });
  return { title: headings[0]?.text ?? '', html, headings, parts: partsOf(html, headings) };
}

function codeBlock({ text, lang = '' }: Tokens.Code): string {
  return codeView(text, lang);
}

/** A block of code. The script of the site puts its button into it. */
export function codeView(code: string, language: string): string {
  const drawing = code.includes('─') ? ' class="drawing"' : '';
  return `<div class="code"><pre tabindex="0"${drawing}><code>${highlighted(code, language)}</code></pre></div>\n`;
}

/** Languages that are named otherwise, or that the highlighter does not know. */
const LANGUAGES: Readonly<Record<string, string>> = { sh: 'bash', js: 'javascript', ts: 'typescript' };

/** Code as HTML with its tokens marked; as it is, in a language that is not known. */
function highlighted(code: string, language: string): string {
  const name = LANGUAGES[language] ?? language;
  return hljs.getLanguage(name) === undefined
    ? escaped(code)
    : hljs.highlight(code, { language: name, ignoreIllegals: true }).value;
}

interface CellRenderer {
  readonly parser: { parseInline(tokens: Tokens.TableCell['tokens']): string };
}

function tableOf({ parser }: CellRenderer, { header, rows }: Tokens.Table): string {
  const row = (cells: readonly Tokens.TableCell[], tag: string) =>
    `<tr>${cells.map(({ tokens }) => cell(parser.parseInline(tokens), tag)).join('')}</tr>`;
  return `<table><thead>${row(header, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

/** A column without a name has no heading. */
function cell(html: string, tag: string): string {
  return html === '' ? '<td></td>' : `<${tag}>${html}</${tag}>`;
}

/** What stands below each heading, without markup. */
function partsOf(html: string, headings: readonly Heading[]): readonly PagePart[] {
  const texts = html.split(/<h[1-6] id="[^"]*">.*?<\/h[1-6]>/s).map(plainText);
  return texts.map((text, index) => ({ heading: headings[index - 1], text }));
}

function plainText(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#(?:39|x27);/g, "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
