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

/** Maximum number of windows that one answer covers. With windows of 300 seconds: a day, a week and a month. */
export const MAX_WINDOWS: Readonly<Record<Resolution, number>> = { window: 288, hour: 2_016, day: 8_928 };
