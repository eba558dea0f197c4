import { ALL_PAGES } from './navigation.ts';

/** The languages of pages. A Chinese page translates an English one, and the English is binding. */
export type Language = 'en' | 'zh-CN';

export function languageOf(file: string): Language {
  return /[./]zh-CN[./]/.test(file) ? 'zh-CN' : 'en';
}

/** What the site itself says around a page. */
export const SITE_WORDS = {
  en: {
    skip: 'To the content',
    search: 'Search',
    found: 'Pages found',
    pages: 'Pages',
    allPages: 'All pages',
    before: 'Before',
    next: 'Next',
    onThisPage: 'On this page',
  },
  'zh-CN': {
    skip: '跳到正文',
    search: '搜索',
    found: '找到的页面',
    pages: '页面',
    allPages: '全部页面',
    before: '上一页',
    next: '下一页',
    onThisPage: '本页内容',
  },
} as const satisfies Readonly<Record<Language, Readonly<Record<string, string>>>>;

/** The name of each language in itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '中文' };

/** @returns the same page in the other language, if the site has it */
export function counterpartOf(file: string): string | undefined {
  const other =
    languageOf(file) === 'zh-CN'
      ? file.replace('docs/zh-CN/', 'docs/guides/').replace('.zh-CN.', '.')
      : file.replace('docs/guides/', 'docs/zh-CN/').replace(/^README\./, 'README.zh-CN.');
  const isThere = other === 'README.md' || ALL_PAGES.some((page) => page.file === other);
  return other !== file && isThere ? other : undefined;
}
