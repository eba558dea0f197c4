/**
 * The shapes that stand for states. Each has an outline of its own, so states differ without colour, in print and for
 * people who do not see red and green apart. A glyph is decoration: the word beside it says the same.
 */

/** How a state is meant; decides its colour. */
export type Tone = 'good' | 'wait' | 'warn' | 'bad' | 'off' | 'info';

const SHAPES = {
  /** A full circle with a tick. */
  tick: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.8 8.3l2.2 2.2 4.3-4.6" class="cut" />
    </>
  ),
  /** A full square with a tick: a person said so. */
  agreed: (
    <>
      <rect x="1.5" y="1.5" width="13" height="13" rx="3" fill="currentColor" />
      <path d="M4.8 8.3l2.2 2.2 4.3-4.6" class="cut" />
    </>
  ),
  /** A hollow circle. */
  ring: <circle cx="8" cy="8" r="5.75" class="line" />,
  /** A circle that is half full. */
  half: (
    <>
      <circle cx="8" cy="8" r="6" class="line" />
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
    </>
  ),
  /** An arrow that turns back. */
  again: <path d="M13.2 5.6A6 6 0 1 0 14 8.4M13.6 2.2v3.6H10" class="line" />,
  /** A full octagon with a cross. */
  stop: (
    <>
      <path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" fill="currentColor" />
      <path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" class="cut" />
    </>
  ),
  /** A circle that is struck through. */
  barred: (
    <>
      <circle cx="8" cy="8" r="6" class="line" />
      <path d="M3.8 3.8l8.4 8.4" class="line" />
    </>
  ),
  /** A triangle with an exclamation mark. */
  warning: (
    <>
      <path d="M8 1.2l7 13H1z" fill="currentColor" stroke="currentColor" stroke-linejoin="round" />
      <path d="M8 6v4M8 12.2v.1" class="cut" />
    </>
  ),
  /** Two bars. */
  pause: <path d="M5 3v10M11 3v10" class="line thick" />,
  /** A diamond with an exclamation mark. */
  lost: (
    <>
      <path d="M8 .8L15.2 8 8 15.2.8 8z" fill="currentColor" />
      <path d="M8 4.6v4M8 11.2v.1" class="cut" />
    </>
  ),
  /** An equals sign that is struck through. */
  unequal: (
    <>
      <rect x="1" y="1" width="14" height="14" fill="currentColor" />
      <path d="M4.5 6.3h7M4.5 9.7h7M10 4l-4 8" class="cut" />
    </>
  ),
  /** A dashed circle. */
  dashed: <circle cx="8" cy="8" r="6" class="line dashed" />,
  /** A short line. */
  none: <path d="M5 8h6" class="line" />,
} as const;

export type Shape = keyof typeof SHAPES;

export interface GlyphProps {
  readonly shape: Shape;
  readonly tone: Tone;
}

export function Glyph({ shape, tone }: GlyphProps) {
  return (
    <svg class={`glyph ${tone}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}
