import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Ui } from '../ui.ts';

/** Addresses of the assets. They change with the contents, so browsers may keep them for ever. */
export interface Assets {
  readonly stylesheet: string;
  /** The stylesheet itself, for a browser that has not loaded it yet: its first page needs no second round trip. */
  readonly inlineStyles?: string;
  readonly script: string;
}

/** `system` follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface DocumentProps {
  readonly ui: Ui;
  readonly assets: Assets;
  readonly theme: Theme;
  /** Lets the script run, where the content security policy asks for one. */
  readonly nonce?: string;
  /** Of this page; the product's name follows it. */
  readonly title: string;
  readonly children: Child;
}

/**
 * A whole HTML page. It has no inline script or style, so a strict content security policy needs no exception:
 * `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'`.
 */
export function Document({ ui, assets, theme, nonce, title, children }: DocumentProps) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang={ui.language} data-theme={theme}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content={theme === 'system' ? 'light dark' : theme} />
          <meta name="robots" content="noindex" />
          <title>{`${title} · ${ui.text.shell.product}`}</title>
          <link rel="icon" href={ICON} />
          <Styles assets={assets} {...(nonce !== undefined && { nonce })} />
          <script type="module" nonce={nonce} src={assets.script} />
        </head>
        <body>{children}</body>
      </html>
    </>
  );
}

function Styles({ assets, nonce }: Pick<DocumentProps, 'assets' | 'nonce'>) {
  const { stylesheet, inlineStyles } = assets;
  if (inlineStyles === undefined) return <link rel="stylesheet" href={stylesheet} />;
  return (
    <>
      <style nonce={nonce}>{raw(inlineStyles)}</style>
      <link rel="prefetch" as="style" href={stylesheet} />
    </>
  );
}

/** The mark, as a picture of its own, so that no request is needed. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#3d4fd1"/>' +
    '<path d="M6 7h12M12 7v5.5M12 17v.1" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>',
)}`;

/** The mark: a T that ends in a full stop, because it is about how things ended. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <rect width="24" height="24" rx="6" />
      <path d="M6 7h12M12 7v5.5M12 17v.1" />
    </svg>
  );
}
