/** Fills that differ without colour: full, dotted, striped, crossed, lined. */
export type Fill = 'full' | 'dots' | 'stripes' | 'crossed' | 'lines' | 'hollow';

const MARKS: Readonly<Record<Fill, string>> = {
  full: '',
  dots: 'M2 2h.01M6 6h.01',
  stripes: 'M-2 2 2-2M0 8 8 0M6 10l4-4',
  crossed: 'M0 0 8 8M8 0 0 8',
  lines: 'M0 2h8M0 6h8',
  hollow: 'M0 0h8v8H0z',
};

export interface PatternProps {
  /** Unique on the page; a shape uses it as `fill="url(#…)"`. */
  readonly id: string;
  readonly fill: Fill;
  /** A tone, or `accent`. */
  readonly tone: string;
}

export function Pattern({ id, fill, tone }: PatternProps) {
  return (
    <pattern id={id} class={`pattern ${tone} ${fill}`} width="8" height="8" patternUnits="userSpaceOnUse">
      <rect width="8" height="8" />
      <path d={MARKS[fill]} />
    </pattern>
  );
}
