import { NAVIGATION } from './navigation.ts';

/** `llms.txt` (llmstxt.org): what Tidings is, and every page with one line. Made from the navigation. */
export function llmsText(): string {
  const sections = NAVIGATION.map(({ title, pages }) =>
    [
      `## ${title}`,
      '',
      ...pages.map(({ file, title: name, about }) => `- [${name}](${file}): ${about}`),
    ].join('\n'),
  );
  return `${[
    '# Tidings',
    '> Tidings notifies receivers how a transaction ended, and lets them query the outcome if a notification is lost: best-effort notification (signed webhooks with retries, a query, and reconciliation by digests) as a serverless service on AWS in TypeScript. On one machine it runs whole with `npm ci && npm start`, without Docker or an account.',
    'An initiator records an outcome once, with PUT. Tidings posts it to the endpoints of the merchant, signed by Standard Webhooks, and repeats that on a schedule. A receiver that missed it asks by transaction or order number, or compares digests of closed windows. Delivery is at least once: receivers apply each outcome once.',
    ...sections,
  ].join('\n\n')}\n`;
}
