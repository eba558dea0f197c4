import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { ROOT } from '../../support/synthesized.ts';

const FOLDER = join(ROOT, 'docs/images');
const MAX_BYTES = 200 * 1024;

export const TAKES_PICTURES = process.env.TIDINGS_PICTURES !== undefined;

/**
 * Writes a picture of the window into `docs/images`, if `TIDINGS_PICTURES` is set. Otherwise it does nothing: other fonts
 * give other pixels, so pictures are not compared.
 *
 * @param name `overview-dark` becomes `console-overview-dark.png`
 */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (!TAKES_PICTURES) return;
  const picture = await page.screenshot({ animations: 'disabled' });
  expect(picture.byteLength, `the size of ${name}`).toBeLessThan(MAX_BYTES);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `console-${name}.png`), picture);
}
