/** Loads the script of a single page. It may run, because the script that loads it carries the page's nonce. */
export function loadPageScript(): void {
  const src = document.querySelector<HTMLElement>('[data-page-script]')?.dataset.pageScript;
  if (src !== undefined) void import(src);
}
