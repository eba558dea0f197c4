import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The machine's own Chromium: nothing is downloaded. `TIDINGS_CHROMIUM` names another one. */
function chromiumPath(): string {
  const { PATH = '', TIDINGS_CHROMIUM } = process.env;
  const found =
    TIDINGS_CHROMIUM ??
    PATH.split(delimiter)
      .flatMap((directory) => NAMES.map((name) => join(directory, name)))
      .find(existsSync);
  if (found === undefined)
    throw new Error('There is no Chromium. Install it with .ci/chromium, or name it in TIDINGS_CHROMIUM.');
  return found;
}

/** Starts a headless browser that makes no requests of its own. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
