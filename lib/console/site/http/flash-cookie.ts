import type { PageText } from '../../texts/texts.ts';

/** What an action did, told on the next page. The cookie holds a name and what it is about, and the page escapes it. */

export type FlashName = keyof PageText['flash'];

export interface FlashNote {
  readonly name: FlashName;
  readonly about: string;
}

const MAX_ABOUT = 200;

export function flashValue({ name, about }: FlashNote): string {
  return Buffer.from(JSON.stringify([name, about.slice(0, MAX_ABOUT)])).toString('base64url');
}

/** The note of a cookie; undefined if it is none of ours. */
export function readFlash(value: string | undefined, text: PageText): FlashNote | undefined {
  if (value === undefined) return undefined;
  try {
    const [name, about] = JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as readonly unknown[];
    if (typeof name !== 'string' || typeof about !== 'string' || !Object.hasOwn(text.flash, name))
      return undefined;
    return { name: name as FlashName, about: about.slice(0, MAX_ABOUT) };
  } catch {
    return undefined;
  }
}
