import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Preloaded into a program, it writes the times of the program's marks into the file that BENCH_MARKS names, once the
 * last one is there. Other programs that inherit it have no such mark. All times are in ms since 1970.
 */
const { BENCH_MARKS: file, BENCH_LAST_MARK: last } = process.env;
const probedMs = performance.timeOrigin + performance.now();
if (isMainThread && file !== undefined) {
  new PerformanceObserver((list) => {
    if (list.getEntriesByName(last ?? '').length === 0) return;
    const marks = performance
      .getEntriesByType('mark')
      .map(({ name, startTime }) => [name, performance.timeOrigin + startTime]);
    writeFileSync(file, JSON.stringify({ originMs: performance.timeOrigin, probedMs, marks }));
  }).observe({ type: 'mark' });
}
