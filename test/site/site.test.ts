import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildSite } from '../../bin/site/build-site.ts';
import { brokenLinks } from '../../bin/site/link-check.ts';
import { llmsText } from '../../bin/site/llms.ts';
import { renderMarkdown } from '../../bin/site/markdown.ts';
import { ALL_PAGES, GUIDES, nextOf } from '../../bin/site/navigation.ts';
import { sitePath } from '../../bin/site/page-template.ts';
import { errorPage } from '../../lib/reference/error-page.ts';
import { documents } from '../support/documents/documents.ts';
import { ROOT } from '../support/synthesized.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const site = buildSite(ROOT);
const html = [...site].filter(([path]) => path.endsWith('.html'));

describe('the navigation', () => {
  it('names files that exist, each once', () => {
    const named = ALL_PAGES.map(({ file }) => file);
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('has every page of docs: add a new one to bin/site/navigation.ts, then npm run docs', () => {
    const pages = documents.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    // Decisions have a list of their own.
    const expected = pages.filter((path) => !path.startsWith('docs/decisions/'));
    const named = new Set(ALL_PAGES.map(({ file }) => file));
    expect(expected.filter((path) => !named.has(path))).toEqual([]);
  });

  it.each(GUIDES)('leads on from $file at its end', ({ file }) => {
    const next = nextOf(file);
    if (next === undefined) return;
    const last = read(file).trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^Next: /);
    expect(last).toContain(`](${relative(dirname(file), next.file)})`);
  });
});

describe('what npm run docs writes', () => {
  it.each([
    ['llms.txt', llmsText()],
    ['docs/errors.md', errorPage()],
  ])('%s is up to date', (file, text) => {
    expect(read(file)).toBe(text);
  });
});

describe('the site', () => {
  it('has each page of the navigation, and no link that leads nowhere', () => {
    const expected = ['README.md', ...ALL_PAGES.map(({ file }) => file)].map(sitePath);
    expect(expected.filter((path) => !site.has(path))).toEqual([]);
    expect(brokenLinks(site)).toEqual([]);
  });

  it('finds links to no file and to no heading', () => {
    const broken = new Map([
      [
        'a.html',
        '<a href="b.html#here"></a><a href="b.html#there"></a><img src="c.png"><a href="https://x.example">',
      ],
      ['b.html', '<h2 id="here"></h2>'],
    ]);
    expect(brokenLinks(broken)).toEqual([
      'a.html: b.html#there leads nowhere',
      'a.html: c.png leads nowhere',
    ]);
  });

  it('loads nothing from elsewhere', () => {
    const loaded = html.flatMap(
      ([, page]) => String(page).match(/<(?:script|link|img)[^>]+(?:src|href)="[a-z]+:[^>]*>/g) ?? [],
    );
    expect(loaded).toEqual([]);
  });

  it('shows pictures, highlighted code, tables and the place of a page', () => {
    const page = String(site.get('docs/guides/concepts.html'));
    expect(page).toContain('src="../images/concepts.svg"');
    expect(site.has('docs/images/concepts.svg')).toBe(true);
    expect(page).toMatch(/<a href="concepts\.html" aria-current="page">/);
    expect(String(site.get('docs/guides/receiver.html'))).toContain(
      '<span class="hljs-keyword">import</span>',
    );
    expect(String(site.get('docs/troubleshooting.html'))).toContain('<th>symptom</th>');
  });

  it('lets the search find each heading of each page, and each request', () => {
    const entries = String(site.get('search-entries.js'));
    expect(entries).toContain('"url":"docs/troubleshooting.html#npm-start-does-not-start"');
    expect(entries).toContain('"heading":"outcome_conflict"');
    expect(entries).toContain('"url":"docs/api.html#redeliverRangeForMerchant"');
  });

  it('has llms.txt, the documents that it names, and the API as a page', () => {
    expect(site.get('llms.txt')).toBe(llmsText());
    expect(ALL_PAGES.filter(({ file }) => !site.has(file))).toEqual([]);
    expect(String(site.get('docs/api.html'))).toContain('id="recordTransaction"');
  });

  it('leads from a page to its translation and back, in the words of each language', () => {
    const pages = ['docs/guides/operate.html', 'docs/zh-CN/operate.html', 'index.html', 'README.zh-CN.html'];
    const [english, chinese, home, chineseHome] = pages.map((path) => String(site.get(path)));
    expect(english).toContain('hreflang="zh-CN" href="../zh-CN/operate.html">中文</a>');
    expect(chinese).toContain('hreflang="en" href="../guides/operate.html">English</a>');
    expect(chinese).toMatch(/<html lang="zh-CN">.*<summary>全部页面<\/summary>/s);
    expect(chinese).toMatch(/<h2>中文<\/h2>.*<h2>Guides<\/h2>/);
    expect(english).toMatch(/<h2>Guides<\/h2>.*<h2>中文<\/h2>/);
    expect(home).toContain('hreflang="zh-CN" href="README.zh-CN.html">中文</a>');
    expect(chineseHome).toContain('hreflang="en" href="index.html">English</a>');
    expect(String(site.get('docs/deploy.html'))).not.toContain('hreflang');
  });

  it('gives headings the anchors that forges give them', () => {
    const { headings } = renderMarkdown('# `a_b` & `<c>`\n\n## Two: (x)\n\n## Two: (x)\n', (link) => link);
    expect(headings.map(({ anchor }) => anchor)).toEqual(['a_b--c', 'two-x', 'two-x-1']);
  });
});
