import type { Child } from 'hono/jsx';
import { Icon } from '../data/icon.tsx';

interface Crumb {
  readonly label: Child;
  readonly href: string;
}

export interface PageHeaderProps {
  readonly title: Child;
  /** The pages above this one. */
  readonly crumbs?: readonly Crumb[];
  /** Beside the title: a state. */
  readonly state?: Child;
  /** One sentence: what the page is for. */
  readonly lead?: Child;
  readonly actions?: Child;
}

export function PageHeader({ title, crumbs = [], state, lead, actions }: PageHeaderProps) {
  return (
    <div class="page-header">
      {crumbs.length > 0 && (
        <ol class="crumbs">
          {crumbs.map(({ label, href }) => (
            <li>
              <a href={href}>{label}</a>
              <Icon name="next" />
            </li>
          ))}
        </ol>
      )}
      <div class="page-title">
        <h1>{title}</h1>
        {state}
        {actions && <div class="buttons">{actions}</div>}
      </div>
      {lead && <p class="lead">{lead}</p>}
    </div>
  );
}

export interface SectionProps {
  /** Unique on the page. */
  readonly id: string;
  readonly title: Child;
  readonly actions?: Child;
  readonly children: Child;
  /** Without a border around it: for tables and cards, which have their own. */
  readonly isBare?: boolean;
}

/** A part of a page with a heading. */
export function Section({ id, title, actions, children, isBare = false }: SectionProps) {
  return (
    <section class={isBare ? 'section' : 'section card'} aria-labelledby={id}>
      <div class="section-title">
        <h2 id={id}>{title}</h2>
        {actions && <div class="buttons">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
