import type { Ui } from '../ui.ts';

export interface SkeletonProps {
  readonly ui: Ui;
  readonly rows?: number;
}

/** The outline of rows that are on their way. */
export function Skeleton({ ui, rows = 4 }: SkeletonProps) {
  return (
    <div class="skeleton" role="status" aria-label={ui.text.table.loading}>
      {Array.from({ length: rows }, () => (
        <div class="skeleton-row" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
