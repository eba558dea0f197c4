import fc from 'fast-check';
import { CODE_POINT } from './code-points.ts';

const escaped = fc.string({ unit: CODE_POINT, maxLength: 12 }).map(encodeURIComponent);

/** Any URL of the web: fast-check's `webUrl`, without the half second that it takes to make it in each worker. */
export const WEB_URL: fc.Arbitrary<string> = fc
  .record({
    scheme: fc.constantFrom('http', 'https'),
    authority: fc.webAuthority(),
    path: fc.array(escaped, { maxLength: 4 }),
    query: fc.option(escaped),
    fragment: fc.option(escaped),
  })
  .map(
    ({ scheme, authority, path, query, fragment }) =>
      `${scheme}://${authority}${path.map((segment) => `/${segment}`).join('')}` +
      (query === null ? '' : `?${query}`) +
      (fragment === null ? '' : `#${fragment}`),
  );
