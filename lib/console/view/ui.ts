import { chinese } from './text/chinese.ts';
import { english } from './text/english.ts';
import { type Formats, formatsOf } from './text/formats.ts';
import type { Language, Translated } from './text/translated.ts';

/** The texts of the components in one language. */
export type Text = Translated<typeof english>;

const TEXTS: Readonly<Record<Language, Text>> = { en: english, 'zh-CN': chinese };

/**
 * What each component needs beside its own data: the language, its texts and formats, and the time of the request.
 * Components are pure functions, so relative times are relative to `now`.
 */
export interface Ui {
  readonly language: Language;
  readonly text: Text;
  readonly format: Formats;
  /** ISO time of the request. */
  readonly now: string;
}

export function uiOf(language: Language, now: string): Ui {
  return { language, text: TEXTS[language], format: formatsOf(language, now), now };
}
