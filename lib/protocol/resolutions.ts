/** How finely digests of windows are given: for each window, or summed up for each UTC hour or day. */
export const RESOLUTIONS = ['window', 'hour', 'day'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Seconds of one slice. */
export function resolutionSeconds(resolution: Resolution, windowSeconds: number): number {
  switch (resolution) {
    case 'window':
      return windowSeconds;
    case 'hour':
      return 3_600;
    case 'day':
      return 86_400;
  }
}
