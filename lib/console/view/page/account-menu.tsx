import { Icon } from '../data/icon.tsx';
import { LANGUAGES, type Language } from '../text/translated.ts';
import type { Ui } from '../ui.ts';
import { THEMES, type Theme } from './document.tsx';

/** Who is logged in, and where the menu's forms lead. */
export interface Account {
  readonly kind: 'operator' | 'merchant';
  /** The key's id; undefined for a session by portal link. */
  readonly keyId?: string;
  readonly csrf: string;
  readonly logOutAction: string;
  /** Takes `language` or `theme` and `back`. */
  readonly preferencesAction: string;
  /** The address of this page: where a changed preference leads back to. */
  readonly here: string;
}

/** Each language in its own words. */
const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };

export interface AccountMenuProps {
  readonly ui: Ui;
  readonly account: Account;
  readonly theme: Theme;
}

export function AccountMenu({ ui, account, theme }: AccountMenuProps) {
  const { shell } = ui.text;
  return (
    <>
      <button type="button" class="button quiet account-button" popovertarget="account">
        <Icon name="account" />
        <span class="account-kind">{shell[account.kind]}</span>
        <Icon name="down" />
      </button>
      <div class="menu" id="account" popover="auto">
        <p class="menu-who">
          {account.keyId === undefined ? (
            shell.portal
          ) : (
            <>
              {shell.signedInWith} <code>{account.keyId}</code>
            </>
          )}
        </p>
        <Preferences
          ui={ui}
          theme={theme}
          action={account.preferencesAction}
          csrf={account.csrf}
          here={account.here}
        />
        <form method="post" action={account.logOutAction} class="menu-end">
          <input type="hidden" name="csrf" value={account.csrf} />
          <button type="submit" class="button quiet">
            <Icon name="logOut" />
            {shell.logOut}
          </button>
        </form>
      </div>
    </>
  );
}

export interface PreferencesProps {
  readonly ui: Ui;
  readonly theme: Theme;
  readonly action: string;
  /** Undefined before the log-in, where there is no session. */
  readonly csrf?: string;
  readonly here: string;
}

/** Language and appearance. Each choice is a button, so it works without script. */
export function Preferences({ ui, theme, action, csrf, here }: PreferencesProps) {
  const { shell } = ui.text;
  return (
    <form method="post" action={action} class="preferences">
      {csrf !== undefined && <input type="hidden" name="csrf" value={csrf} />}
      <input type="hidden" name="back" value={here} />
      <fieldset>
        <legend>{shell.language}</legend>
        <div class="segments">
          {LANGUAGES.map((language) => (
            <button
              type="submit"
              name="language"
              value={language}
              lang={language}
              aria-pressed={pressed(language === ui.language)}
            >
              {LANGUAGE_NAMES[language]}
            </button>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{shell.appearance}</legend>
        <div class="segments">
          {THEMES.map((name) => (
            <button type="submit" name="theme" value={name} aria-pressed={pressed(name === theme)}>
              {shell[name]}
            </button>
          ))}
        </div>
      </fieldset>
    </form>
  );
}

const pressed = (isPressed: boolean) => (isPressed ? 'true' : 'false');
