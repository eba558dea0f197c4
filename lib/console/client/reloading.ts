const MIN_SECONDS = 2;

/** Loads the page again while it shows something that goes on (`data-reload`: seconds), unless nobody looks at it. */
export function reloadWhileRunning(): void {
  const seconds = Number(document.querySelector<HTMLElement>('[data-reload]')?.dataset.reload);
  if (!(seconds >= MIN_SECONDS)) return;
  setInterval(() => {
    if (!document.hidden && document.querySelector('dialog[open]') === null) location.reload();
  }, seconds * 1000);
}
