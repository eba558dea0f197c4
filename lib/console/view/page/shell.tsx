import type { Child } from 'hono/jsx';
import { SearchForm } from '../controls/filters.tsx';
import { Icon } from '../data/icon.tsx';
import type { Ui } from '../ui.ts';
import { type Account, AccountMenu } from './account-menu.tsx';
import { type Assets, Document, Mark, type Theme } from './document.tsx';
import { type Flash, Flashes } from './flash.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Navigation, type NavigationSection } from './navigation.tsx';

export interface ShellProps {
  readonly ui: Ui;
  readonly assets: Assets;
  readonly theme: Theme;
  /** Lets the script run, where the content security policy asks for one. */
  readonly nonce?: string;
  readonly title: string;
  readonly account: Account;
  readonly navigation: readonly NavigationSection[];
  /** The start page. */
  readonly homeHref: string;
  /** The merchant whose pages these are. */
  readonly merchant?: ShownMerchant;
  readonly search?: ShellSearch;
  readonly flashes?: readonly Flash[];
  /** Marks a console that runs on one machine. */
  readonly isLocal?: boolean;
  readonly children: Child;
}

interface ShownMerchant {
  readonly name: string;
  readonly id: string;
  /** Where an operator goes back to the list of merchants; undefined for the merchant itself. */
  readonly backHref?: string;
}

interface ShellSearch {
  readonly action: string;
  /** What is searched: `Search by order number or transaction`. */
  readonly label: string;
  readonly value?: string;
}

/** The frame of every page behind the log-in. */
export function Shell(props: ShellProps) {
  const { ui, search, flashes = [], account, children } = props;
  const { shell } = ui.text;
  return (
    <Document {...props}>
      <a class="skip" href="#content">
        {shell.skip}
      </a>
      <div class="shell">
        <Side {...props} />
        <header class="top">
          <button
            type="button"
            class="button quiet only-phone"
            popovertarget="side"
            aria-label={shell.openNavigation}
          >
            <Icon name="menu" />
          </button>
          {search ? (
            <SearchForm action={search.action} label={search.label} value={search.value} />
          ) : (
            <span class="search-space" />
          )}
          <AccountMenu ui={ui} account={account} theme={props.theme} />
        </header>
        <main id="content" tabindex={-1}>
          <Flashes ui={ui} flashes={flashes} />
          {children}
        </main>
      </div>
      <HelpDialog ui={ui} />
    </Document>
  );
}

/** A column beside the page; on a phone a popover, which needs no script. */
function Side({ ui, homeHref, merchant, navigation, isLocal = false }: ShellProps) {
  const { shell, navigation: words } = ui.text;
  return (
    <nav class="side" id="side" popover="auto" aria-label={shell.navigation}>
      <a class="brand" href={homeHref}>
        <Mark />
        {shell.product}
        {isLocal && <span class="tag">{shell.local}</span>}
      </a>
      {merchant && (
        <div class="side-merchant">
          {merchant.backHref && (
            <a class="side-back" href={merchant.backHref}>
              <Icon name="previous" />
              {words.backToMerchants}
            </a>
          )}
          <p class="side-name">
            <bdi>{merchant.name}</bdi>
          </p>
          {merchant.name !== merchant.id && <code class="quiet">{merchant.id}</code>}
        </div>
      )}
      <Navigation ui={ui} sections={navigation} />
      <button type="button" class="button quiet side-help needs-script" data-help="">
        <Icon name="keyboard" />
        {shell.keyboard}
        <kbd>?</kbd>
      </button>
    </nav>
  );
}
