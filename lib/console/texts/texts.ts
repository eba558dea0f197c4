import type { Language, Translated } from '../view/text/translated.ts';
import { chinesePages } from './chinese-pages.ts';
import { englishPages } from './english-pages.ts';

/** The pages' texts in one language. A missing key does not compile. */
export type PageText = Translated<typeof englishPages>;

const TEXTS: Readonly<Record<Language, PageText>> = { en: englishPages, 'zh-CN': chinesePages };

export const pageTextOf = (language: Language): PageText => TEXTS[language];
