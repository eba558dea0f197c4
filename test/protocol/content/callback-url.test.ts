import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vetCallbackUrl } from '../../../lib/protocol/content/callback-target.ts';
import { callbackUrlRefusal } from '../../../lib/protocol/content/callback-url.ts';
import { CODE_POINT } from '../../support/code-points.ts';

describe('a callback URL that no request could be made to', () => {
  it.each([
    'https://a..b/',
    'https://.example.com/',
    'https://*.example/',
    'https://shop.*/',
    'https://a\u200bb.example/',
    'https://shop.example/\u200b',
    'https://shop.example/\u202e',
    'https://shop.example/\ud800',
    'https://shop.example/\0',
    'https://-a.example/',
    `https://${'a'.repeat(64)}.example/`,
    `https://${'a.'.repeat(127)}example/`,
  ])('is refused: %j', (url) => {
    expect(callbackUrlRefusal(url)).toBe('invalid_url');
  });

  it('is measured in bytes, as it is sent', () => {
    const room = 2_048 - 'https://shop.example/'.length;
    const wide = '%E6%94%AF'.length;
    expect(
      callbackUrlRefusal(`https://shop.example/${'支'.repeat(Math.floor(room / wide))}`),
    ).toBeUndefined();
    expect(callbackUrlRefusal(`https://shop.example/${'支'.repeat(Math.floor(room / wide) + 1)}`)).toBe(
      'url_too_long',
    );
  });

  it.each([
    'https://例え.example/',
    'https://a_b.example/',
    'https://xn--p1ai.example/',
    'https://[2001:db8::1]/',
  ])('is none of these: %s', (url) => expect(callbackUrlRefusal(url)).toBeUndefined());
});

describe('a callback URL', () => {
  const host = fc.constantFrom(
    'shop.example',
    'shop.example.',
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.1',
    '[::1]',
    '0x7f.1',
    '10.0.0.1',
    'user:pass@shop.example',
    'shop.example:8080',
    'intranet',
    'a..b',
    '*.example',
    '.example.com',
    'exa\u200bmple.com',
    'shop.example:',
    'ex%61mple.com',
    '@shop.example',
  );
  const anyUrl = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('https://', 'http://', 'HTTPS://', 'ftp://', 'https:', 'https:///', ''),
        host,
        fc.constantFrom(
          '',
          '/',
          '/a?b=c',
          '/#',
          '/a b',
          '/\\',
          '/\u00a0',
          '/\ud800',
          `/${'a'.repeat(2_048)}`,
          `/${'界'.repeat(1_000)}`,
        ),
      )
      .map((parts) => parts.join('')),
    fc.string({ unit: CODE_POINT, maxLength: 70 }),
  );

  it('is refused for what no deployment would call, and for nothing that some deployment would', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        const kit = callbackUrlRefusal(url);
        const widest = vetCallbackUrl(url, { allowedPorts: [80, 443, 8080], allowLoopback: true });
        if (widest.ok) expect(kit).toBeUndefined();
        else if (!['address_refused', 'port_refused'].includes(widest.code)) expect(kit).toBe(widest.code);
        else expect([undefined, 'invalid_url', 'url_too_long', 'credentials_in_url']).toContain(kit);
      }),
      { numRuns: 2_000 },
    );
  });
});
