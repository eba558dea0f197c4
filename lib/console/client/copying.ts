import { onClickOf } from './clicks.ts';

const SHOWN_MS = 1500;

/** Buttons with `data-copy` copy its value, and say so for a moment. */
export function copyOnClick(): void {
  onClickOf('data-copy', async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy ?? '');
    const label = button.getAttribute('aria-label') ?? '';
    button.classList.add('is-copied');
    button.setAttribute('aria-label', button.dataset.copied ?? label);
    setTimeout(() => {
      button.classList.remove('is-copied');
      button.setAttribute('aria-label', label);
    }, SHOWN_MS);
  });
}
