/** If more than this share of a window is missing, and at least this many, the stream is behind and nothing is lost. */
const BEHIND_SHARE = 0.5;
const BEHIND_COUNT = 10;

/** Whether so many of a window's notifications are missing that they are only late. */
export function isStreamBehind(window: { readonly missing: number; readonly expected: number }): boolean {
  return window.missing >= BEHIND_COUNT && window.missing > window.expected * BEHIND_SHARE;
}
