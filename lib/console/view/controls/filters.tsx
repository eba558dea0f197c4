import type { Child } from 'hono/jsx';
import { Icon } from '../data/icon.tsx';
import type { Ui } from '../ui.ts';
import { Button } from './button.tsx';

interface FilterTab {
  readonly label: Child;
  readonly href: string;
  readonly isCurrent: boolean;
  /** How many rows it would show, if that is known. */
  readonly count?: string;
}

export interface FilterTabsProps {
  /** What is filtered: `State`. */
  readonly label: string;
  readonly tabs: readonly FilterTab[];
}

/** A filter with a few values, each a link. */
export function FilterTabs({ label, tabs }: FilterTabsProps) {
  return (
    <nav class="filter-tabs" aria-label={label}>
      {tabs.map(({ label, href, isCurrent, count }) => (
        <a href={href} aria-current={isCurrent ? 'true' : undefined}>
          {label}
          {count !== undefined && <span class="count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}

export interface FilterFormProps {
  readonly ui: Ui;
  /** The page that is filtered; the fields become its query. */
  readonly action: string;
  /** Fields of `fields.tsx`. */
  readonly children: Child;
  /** Where the page without filters is; undefined if no filter is set. */
  readonly clearHref?: string | undefined;
}

/** Filters that take a value. They fold away; they stand open while one is set. */
export function FilterForm({ ui, action, children, clearHref }: FilterFormProps) {
  return (
    <details class="filters" open={clearHref !== undefined}>
      <summary class="button">
        <Icon name="filter" />
        {ui.text.table.filters}
      </summary>
      <form method="get" action={action} class="filter-form">
        {children}
        <div class="buttons">
          <Button kind="main">{ui.text.actions.apply}</Button>
          {clearHref !== undefined && (
            <a class="button quiet" href={clearHref}>
              {ui.text.actions.clear}
            </a>
          )}
        </div>
      </form>
    </details>
  );
}

export interface SearchFormProps {
  readonly action: string;
  readonly name?: string;
  /** What is searched; read aloud and shown while the field is empty. */
  readonly label: string;
  readonly value?: string | undefined;
}

/** A search field; the key `/` leads to the first of a page. */
export function SearchForm({ action, name = 'q', label, value }: SearchFormProps) {
  return (
    <search class="search">
      <form method="get" action={action}>
        <Icon name="search" />
        <input
          type="search"
          name={name}
          value={value}
          placeholder={label}
          aria-label={label}
          autocomplete="off"
          spellcheck={false}
          data-search=""
        />
      </form>
    </search>
  );
}
