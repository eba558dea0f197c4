import type { Ui } from '../ui.ts';

export interface TimeProps {
  readonly ui: Ui;
  /** ISO time. */
  readonly at: string;
  /** Shows the exact time instead of the relative one. */
  readonly isExact?: boolean;
}

/** A time: relative, with the exact one on hover and in print; the script keeps relative times current. */
export function Time({ ui, at, isExact = false }: TimeProps) {
  const exact = ui.format.exact(at);
  if (isExact) return <time datetime={at}>{exact}</time>;
  return (
    <time datetime={at} title={exact} data-relative="">
      {ui.format.relative(at)}
    </time>
  );
}
