import type { BrowserContextOptions } from 'playwright-core';

/** The windows in which pages are looked at. */
export const WINDOWS = {
  light: { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true, isMobile: true },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;
export type WindowName = keyof typeof WINDOWS;
