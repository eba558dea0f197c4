import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { AppEnv } from '../../../api/http/http-event.ts';
import { DAY_SECONDS } from '../../../core/time.ts';
import { THEMES, type Theme } from '../../view/page/document.tsx';
import { LANGUAGES, type Language } from '../../view/text/translated.ts';
import { ROOT } from '../paths.ts';

/** The console's cookies. No script can read them. */

type Ctx = Context<AppEnv>;

const FLASH_SECONDS = 60;
const PREFERENCE_SECONDS = 400 * DAY_SECONDS;

/**
 * The session's cookie ends with the browser. Over HTTPS it has the prefix `__Host-`, so that no other host of the domain
 * can set it; that prefix demands the path `/`.
 */
function writeSession(c: Ctx, isSecure: boolean, token: string, maxAge?: number): void {
  const age = maxAge === undefined ? {} : { maxAge };
  const common = { httpOnly: true, sameSite: 'Lax', ...age } as const;
  if (isSecure) setCookie(c, 'tidings', token, { ...common, prefix: 'host', secure: true, path: '/' });
  else setCookie(c, 'tidings', token, { ...common, path: ROOT });
}

export const sessionToken = (c: Ctx, isSecure: boolean) =>
  isSecure ? getCookie(c, 'tidings', 'host') : getCookie(c, 'tidings');
export const keepSession = (c: Ctx, isSecure: boolean, token: string) => writeSession(c, isSecure, token);
export const forgetSession = (c: Ctx, isSecure: boolean) => writeSession(c, isSecure, '', 0);

const small = (isSecure: boolean, maxAge: number) =>
  ({ httpOnly: true, sameSite: 'Lax', secure: isSecure, path: ROOT, maxAge }) as const;

export const flashCookie = (c: Ctx) => getCookie(c, 'tidings-flash');
export const keepFlash = (c: Ctx, isSecure: boolean, value: string) =>
  setCookie(c, 'tidings-flash', value, small(isSecure, FLASH_SECONDS));
export const forgetFlash = (c: Ctx, isSecure: boolean) =>
  setCookie(c, 'tidings-flash', '', small(isSecure, 0));

/** The stylesheet that this browser has loaded, by its hash. */
export const loadedStyles = (c: Ctx) => getCookie(c, 'tidings-style');
export const keepLoadedStyles = (c: Ctx, isSecure: boolean, hash: string) =>
  setCookie(c, 'tidings-style', hash, small(isSecure, PREFERENCE_SECONDS));

/** Language and appearance. */
export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
}

export function preferences(c: Ctx): Preferences {
  return {
    language:
      oneOf(LANGUAGES, getCookie(c, 'tidings-language')) ?? acceptedLanguage(c.req.header('accept-language')),
    theme: oneOf(THEMES, getCookie(c, 'tidings-theme')) ?? 'system',
  };
}

export function keepPreferences(c: Ctx, isSecure: boolean, wanted: Readonly<Record<string, unknown>>): void {
  const language = oneOf(LANGUAGES, wanted.language);
  const theme = oneOf(THEMES, wanted.theme);
  if (language) setCookie(c, 'tidings-language', language, small(isSecure, PREFERENCE_SECONDS));
  if (theme) setCookie(c, 'tidings-theme', theme, small(isSecure, PREFERENCE_SECONDS));
}

function oneOf<T extends string>(values: readonly T[], given: unknown): T | undefined {
  return values.find((value) => value === given);
}

/** The best of our languages for `Accept-Language`: by weight, then by order. English if it names none of ours. */
function acceptedLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...options] = part.trim().toLowerCase().split(';');
      const weight = Number(options.join(';').replace(/^\s*q=/, '') || 1);
      return { tag, weight: Number.isFinite(weight) ? weight : 0 };
    })
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight);
  for (const { tag } of wanted) {
    if (/^zh(-|$)/.test(tag)) return 'zh-CN';
    if (/^en(-|$)/.test(tag)) return 'en';
  }
  return 'en';
}
