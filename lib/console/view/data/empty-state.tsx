import type { Child } from 'hono/jsx';
import { Icon, type IconName } from './icon.tsx';

export interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  /** Says what will appear here, and how to make it appear. */
  readonly children: Child;
  /** Buttons or links to the next step. */
  readonly actions?: Child;
}

/** What stands where rows will be: it teaches the next step. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <div class="prose">{children}</div>
      {actions && <div class="buttons">{actions}</div>}
    </div>
  );
}
