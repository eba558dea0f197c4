/** The gateway has answered by then. A form whose answer was stopped can be sent again. */
const ANSWERED_MS = 30_000;

/** Sends a form once, however often it is clicked: the answer to the first may hold a secret that is shown only there. */
export function sendOnce(): void {
  let sentAt = new WeakMap<HTMLFormElement, number>();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented) return;
    const now = performance.now();
    if (now - (sentAt.get(form) ?? Number.NEGATIVE_INFINITY) < ANSWERED_MS) event.preventDefault();
    else sentAt.set(form, now);
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    // From the browser's history: the answer to what was sent has been seen.
    if (persisted) sentAt = new WeakMap();
  });
}
