import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { OpenApi } from '../../lib/reference/open-api.ts';
import { referencePage } from '../../lib/reference/reference-page.ts';
import { referenceAssets } from '../../lib/stack/bundling/packed-reference.ts';
import { llmsText } from './llms.ts';
import { codeView, escaped, type Heading, renderMarkdown } from './markdown.ts';
import { ALL_PAGES } from './navigation.ts';
import { sitePath, wholePage } from './page-template.ts';
import { referenceEntries, type SearchEntry, searchScript } from './search-entries.ts';
import { siteScript, siteStylesheet } from './site-assets.ts';

/** Files of the site by path. */
export type SiteFiles = ReadonlyMap<string, string | Uint8Array>;

/** The first page. */
const HOME = 'README.md';
/** Files of code that pages lead to are shown as pages. */
const CODE = /\.(ts|js|mjs|py|go|java|php|rs|cs|json|ya?ml|sh)$/;

/**
 * Builds the site in memory. It has every page of the navigation and, step by step, every file of the repository that a
 * page leads to. The site is laid out as the repository is, so links stay what they are.
 *
 * @param root the directory of the repository
 */
export function buildSite(root: string): SiteFiles {
  const files = new Map<string, string | Uint8Array>();
  const entries: SearchEntry[] = [];
  const waiting = [HOME, ...ALL_PAGES.map(({ file }) => file)];
  const seen = new Set(waiting);
  const leadTo = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    waiting.push(file);
  };
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    addFile({ root, file, leadTo, files, entries });
  }
  files.set('site.css', siteStylesheet());
  files.set('site.js', siteScript());
  files.set('search-entries.js', searchScript(entries));
  files.set('llms.txt', llmsText());
  return files;
}

interface Adding {
  readonly root: string;
  readonly file: string;
  readonly leadTo: (file: string) => void;
  readonly files: Map<string, string | Uint8Array>;
  readonly entries: SearchEntry[];
}

function addFile({ root, file, leadTo, files, entries }: Adding): void {
  const place = join(root, file);
  if (statSync(place).isDirectory()) {
    addFolder(file, readdirSync(place), { leadTo, files });
  } else if (file === 'docs/openapi.json') {
    const text = readFileSync(place, 'utf8');
    files.set(file, text);
    const document = JSON.parse(text) as OpenApi;
    files.set(sitePath(file), apiPage(document));
    entries.push(...referenceEntries(document, sitePath(file)));
  } else if (file.endsWith('.md')) {
    const source = readFileSync(place, 'utf8');
    const page = renderMarkdown(source, (link) => linkOnSite({ root, file, leadTo }, link));
    const { title, html, headings } = page;
    files.set(file, source);
    files.set(sitePath(file), wholePage({ path: sitePath(file), title, html, headings, file }));
    entries.push(...page.parts.map(({ heading, text }) => entryOf({ file, title, text, heading })));
  } else if (CODE.test(file)) {
    const text = readFileSync(place, 'utf8');
    const html = `<h1><code>${escaped(file)}</code></h1>\n${codeView(text, file.split('.').at(-1) ?? '')}`;
    files.set(codePath(file), wholePage({ path: codePath(file), title: file, html, headings: [], file }));
  } else {
    files.set(file, readFileSync(place));
  }
}

/** A part of a page below a heading; the text before the first heading has none. */
interface PlacedPart {
  readonly file: string;
  readonly title: string;
  readonly text: string;
  readonly heading: Heading | undefined;
}

function entryOf({ file, title, text, heading }: PlacedPart): SearchEntry {
  const url = heading === undefined ? sitePath(file) : `${sitePath(file)}#${heading.anchor}`;
  return { url, page: title, heading: heading?.text ?? title, text };
}

/** A folder that a page leads to is a list of its pages. */
function addFolder(
  folder: string,
  names: readonly string[],
  { leadTo, files }: Pick<Adding, 'leadTo' | 'files'>,
): void {
  const pages = names.filter((name) => name.endsWith('.md'));
  for (const name of pages) leadTo(join(folder, name));
  const items = pages.map(
    (name) => `<li><a href="${sitePath(name)}">${escaped(name.replace(/\.md$/, ''))}</a></li>`,
  );
  const html = `<h1><code>${escaped(folder)}</code></h1>\n<ul>${items.join('')}</ul>`;
  const path = join(folder, 'index.html');
  files.set(path, wholePage({ path, title: folder, html, headings: [], file: folder }));
}

function codePath(file: string): string {
  return `${file}.html`;
}

/** Where a link of a page leads on the site. A link to nothing stays what it is, and the check finds it. */
function linkOnSite({ root, file, leadTo }: Pick<Adding, 'root' | 'file' | 'leadTo'>, link: string): string {
  if (/^[a-z]+:/.test(link) || link.startsWith('#')) return link;
  const [target = '', anchor] = link.split('#');
  const found = join(dirname(file), target).replace(/\/$/, '');
  if (!existsSync(join(root, found))) return link;
  leadTo(found);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (statSync(join(root, found)).isDirectory()) return `${target.replace(/\/$/, '')}/index.html${hash}`;
  const onSite = CODE.test(found) && !found.endsWith('openapi.json') ? codePath(found) : sitePath(found);
  return `${target.slice(0, target.lastIndexOf('/') + 1)}${onSite.slice(onSite.lastIndexOf('/') + 1)}${hash}`;
}

function apiPage(document: OpenApi): string {
  return referencePage(document, referenceAssets(), [
    { label: 'All pages', href: '../index.html' },
    { label: 'openapi.json', href: 'openapi.json' },
  ]);
}
