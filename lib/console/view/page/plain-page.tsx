import type { Child } from 'hono/jsx';
import type { Ui } from '../ui.ts';
import { Preferences } from './account-menu.tsx';
import { type Assets, Document, Mark, type Theme } from './document.tsx';

export interface PlainPageProps {
  readonly ui: Ui;
  readonly assets: Assets;
  readonly theme: Theme;
  /** Lets the script run, where the content security policy asks for one. */
  readonly nonce?: string;
  readonly title: string;
  /** Language and appearance, where they can be chosen without a session. */
  readonly preferences?: PlainPreferences;
  readonly children: Child;
}

interface PlainPreferences {
  readonly action: string;
  readonly here: string;
}

/** The frame of pages without a session: log-in, portal links, errors. */
export function PlainPage(props: PlainPageProps) {
  const { ui, theme, preferences, children } = props;
  return (
    <Document {...props}>
      <div class="plain">
        <header class="brand">
          <Mark />
          {ui.text.shell.product}
        </header>
        <main id="content">{children}</main>
        <footer>
          {preferences && (
            <Preferences ui={ui} theme={theme} action={preferences.action} here={preferences.here} />
          )}
        </footer>
      </div>
    </Document>
  );
}
