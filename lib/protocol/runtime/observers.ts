/**
 * Calls an observer such as a log, if there is one. Its errors are ignored, also the rejection of an `async` function: a
 * broken log must not change an answer, and an unhandled rejection ends the process.
 *
 * @example notify(onEvent, { event: 'tested' });
 */
export function notify<News>(observer: ((news: News) => unknown) | undefined, news: News): void {
  try {
    Promise.resolve(observer?.(news)).catch(() => undefined);
  } catch {
    // It is not `async`, and threw.
  }
}
