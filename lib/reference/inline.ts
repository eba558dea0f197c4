import { html } from 'hono/html';

/** Text of the contract as HTML: `code` in backticks, everything else as it stands. */
export function inline(text: string): unknown {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
