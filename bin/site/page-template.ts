import { dirname, relative } from 'node:path/posix';
import { counterpartOf, LANGUAGE_NAMES, languageOf, SITE_WORDS } from './languages.ts';
import { escaped, type Heading } from './markdown.ts';
import { ALL_PAGES, NAVIGATION, type NavigationSection } from './navigation.ts';

/** A page of the site. */
export interface SitePage {
  /** Where it is on the site: `docs/guides/quick-start.html`. */
  readonly path: string;
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  /** The file of the repository that it is made from. */
  readonly file: string;
}

/** Levels of headings that the list beside the text shows. */
const LISTED_LEVELS: ReadonlySet<number> = new Set([2, 3]);
/** With more headings than this, only the upper level is listed. */
const MANY_HEADINGS = 40;

/** Where a file of the repository is on the site. */
export function sitePath(file: string): string {
  if (file === 'README.md') return 'index.html';
  if (file === 'docs/openapi.json') return 'docs/api.html';
  return file.replace(/\.md$/, '.html');
}

/** The whole page. All addresses are relative, so the site may be put anywhere, also into a folder without a server. */
export function wholePage({ path, title, html, headings, file }: SitePage): string {
  const to = (target: string) => escaped(relative(dirname(path), target) || '.');
  const language = languageOf(file);
  const words = SITE_WORDS[language];
  const root = to('index.html').replace(/index\.html$/, '');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Tidings</title>
<link rel="stylesheet" href="${to('site.css')}">
</head>
<body data-root="${root}">
<a class="skip" href="#main">${words.skip}</a>
<header>
<a class="brand" href="${to('index.html')}">Tidings</a>
${otherLanguage(file, to)}
<div class="search"><label for="search">${words.search}</label><input id="search" type="search" autocomplete="off" spellcheck="false" aria-controls="results"><ol id="results" aria-label="${words.found}" hidden></ol></div>
</header>
<div class="columns">
<nav aria-label="${words.pages}"><details class="pages" open><summary>${words.allPages}</summary>${sections(file, to)}</details></nav>
<main id="main">
${html}
${neighbours(file, to)}
</main>
${outline(headings, words.onThisPage)}
</div>
<script src="${to('site.js')}"></script>
</body>
</html>
`;
}

type LinkTo = (target: string) => string;

/** Leads to the same page in the other language. */
function otherLanguage(file: string, to: LinkTo): string {
  const other = counterpartOf(file);
  if (other === undefined) return '';
  const language = languageOf(other);
  return `<a class="language" lang="${language}" hreflang="${language}" href="${to(sitePath(other))}">${LANGUAGE_NAMES[language]}</a>`;
}

/** On a Chinese page, the Chinese pages come first. */
function sections(current: string, to: LinkTo): string {
  const isChinese = languageOf(current) === 'zh-CN';
  const isFirst = ({ pages }: NavigationSection) =>
    isChinese && pages.every(({ file }) => languageOf(file) === 'zh-CN');
  const ordered = [...NAVIGATION.filter(isFirst), ...NAVIGATION.filter((section) => !isFirst(section))];
  return ordered
    .map(({ title, pages }) => {
      const links = pages.map(({ file, title: name }) => {
        const here = file === current ? ' aria-current="page"' : '';
        return `<li><a href="${to(sitePath(file))}"${here}>${escaped(name)}</a></li>`;
      });
      return `<h2>${escaped(title)}</h2><ul>${links.join('')}</ul>`;
    })
    .join('');
}

/** The pages before and after this one in the navigation. */
function neighbours(file: string, to: LinkTo): string {
  const at = ALL_PAGES.findIndex((page) => page.file === file);
  if (at === -1) return '';
  const words = SITE_WORDS[languageOf(file)];
  const link = (page: (typeof ALL_PAGES)[number] | undefined, label: string) =>
    page === undefined || languageOf(page.file) !== languageOf(file)
      ? ''
      : `<a href="${to(sitePath(page.file))}"><small>${label}</small>${escaped(page.title)}</a>`;
  return `<p class="neighbours">${link(ALL_PAGES[at - 1], words.before)}${link(ALL_PAGES[at + 1], words.next)}</p>`;
}

function outline(headings: readonly Heading[], title: string): string {
  const upper = headings.filter(({ level }) => level === 2);
  const listed = headings.filter(({ level }) => LISTED_LEVELS.has(level));
  const shown = listed.length > MANY_HEADINGS ? upper : listed;
  if (shown.length < 2) return '';
  const items = shown.map(
    ({ level, text, anchor }) => `<li class="level-${level}"><a href="#${anchor}">${escaped(text)}</a></li>`,
  );
  return `<aside><h2 id="on-this-page">${title}</h2><ul aria-labelledby="on-this-page">${items.join('')}</ul></aside>`;
}
