const RELATIVE = 'time[data-relative]';
const EVERY_MS = 30_000;
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** Keeps relative times current, and adds the local time to the exact one. */
export function keepTimesCurrent(): void {
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' });
  const local = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: 'medium',
    timeStyle: 'long',
  });
  for (const time of document.querySelectorAll<HTMLTimeElement>(RELATIVE)) {
    time.title += ` · ${local.format(new Date(time.dateTime))}`;
  }
  setInterval(() => {
    for (const time of document.querySelectorAll<HTMLTimeElement>(RELATIVE))
      time.textContent = shown(time, relative);
  }, EVERY_MS);
}

function shown({ dateTime }: HTMLTimeElement, relative: Intl.RelativeTimeFormat): string {
  const ms = Date.parse(dateTime) - Date.now();
  const [unit, length] = UNITS.find(([, length]) => Math.abs(ms) >= length) ?? ['second', 1000];
  return relative.format(Math.trunc(ms / length), unit);
}
