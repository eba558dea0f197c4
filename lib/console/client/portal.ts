/** Takes the token of a portal link out of the address, so that no history keeps it, and posts it. */
export function openPortal(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-portal]');
  if (form === null) return;
  const token = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  const field = form.elements.namedItem('token');
  if (token === '' || !(field instanceof HTMLInputElement)) {
    form.querySelector('[data-portal-empty]')?.removeAttribute('hidden');
    form.querySelector('button')?.remove();
    return;
  }
  field.value = token;
  form.requestSubmit();
}
