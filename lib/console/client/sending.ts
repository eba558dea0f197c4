/** As long as an answer may take. A form that was stopped, or came back from the browser's history, can be sent again. */
const ANSWERED_MS = 10_000;

/** Sends a form once, however often it is clicked: the answer to the first may hold a secret that is shown only there. */
export function sendOnce(): void {
  const sent = new WeakSet<EventTarget>();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented) return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    const release = () => sent.delete(form);
    setTimeout(release, ANSWERED_MS);
    window.addEventListener('pageshow', release, { once: true });
  });
}
