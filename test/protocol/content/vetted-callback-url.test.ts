import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vetCallbackUrl, vetTarget } from '../../../lib/protocol/content/callback-target.ts';
import { isPublicAddress } from '../../../lib/protocol/content/ip-addresses.ts';
import { DEFAULTS } from '../../../lib/settings.ts';
import { WEB_URL } from '../../support/web-urls.ts';

describe('a callback URL', () => {
  const strict = { allowedPorts: DEFAULTS.callbackPorts, allowLoopback: false };
  const local = { ...strict, allowLoopback: true };

  test.each([
    'https://merchant.example.com/callback',
    'https://merchant.example.com',
    'https://merchant.example.com:443/callback?a=1&b=%20',
    'https://merchant.example.com:8443/callback',
    'HTTPS://MERCHANT.example.com/',
    'https://8.8.8.8/callback',
    'https://[2606:4700:4700::1111]:8443/',
    'https://bücher.example.com/',
    'https://localhost.example.com/',
    'https://10.0.0.1.example.com/',
    'https://xn--bcher-kva.example.com/',
    'https://my_shop.example.com/',
    `https://${'a'.repeat(63)}.example.com/`,
    'https://merchant.example.com/回调?店=一',
  ])('such as %s is accepted', (url) => {
    expect(vetCallbackUrl(url, strict)).toEqual({ ok: true, url: new URL(url) });
    expect(vetCallbackUrl(url, local).ok).toBe(true);
  });

  test('on a permitted host may have http, any port and any address, and on no other host', () => {
    const policy = { ...strict, permittedHosts: ['host.docker.internal', '172.17.0.1'] };
    const codeOf = (url: string) => {
      const verdict = vetCallbackUrl(url, policy);
      return verdict.ok ? undefined : verdict.code;
    };
    for (const url of ['http://host.docker.internal:9000/hooks', 'http://172.17.0.1/', 'https://8.8.8.8/']) {
      expect({ url, code: codeOf(url) }).toEqual({ url, code: undefined });
      expect(vetCallbackUrl(url, strict).ok).toBe(url === 'https://8.8.8.8/');
    }
    expect(codeOf('http://other.docker.internal/')).toBe('https_required');
    expect(codeOf('https://a.host.docker.internal/')).toBe('address_refused');
    expect(codeOf('https://172.17.0.2/')).toBe('address_refused');
    expect(codeOf('http://127.0.0.1/')).toBe('https_required');
    expect(codeOf('http://host.docker.internal./')).toBe('invalid_url');
  });

  const refused: Record<string, readonly string[]> = {
    invalid_url: [
      '',
      'merchant.example.com',
      '/callback',
      '//merchant.example.com/',
      'https:merchant.example.com',
      'https:/merchant.example.com',
      'https:///merchant.example.com',
      'https://',
      'https://?',
      'https:\\\\merchant.example.com\\',
      'https://merchant.example.com\\@10.0.0.1/',
      ' https://merchant.example.com/',
      'https://merchant.example.com/\n',
      'ht\ntps://merchant.example.com/',
      'https://merchant.example.com/a b',
      'https://merchant.example.com/\u0000',
      'https://merchant.example.com.:443/',
      'https://merchant.example.com:99999/',
      'https://merchant.example.com:port/',
      'https://[::1/',
      'https://[2606:4700:4700::1111%25eth0]/',
      'https://[fe80::1%25eth0]/',
      'https://256.256.256.256/',
      'https://exa%00mple.com/',
      'https://a..b/',
      'https://example..com/',
      'https://.example.com/',
      'https://*.example/',
      'https://-a.example.com/',
      'https://a-.example.com/',
      "https://a'b.example.com/",
      'https://a$b.example.com/',
      'https://ex%61mple.com/',
      'https://exa\u200bmple.com/',
      'https://exa\u00admple.com/',
      'https://exa\ufeffmple.com/',
      'https://example\u3002com/',
      'https://example\uff0ecom/',
      'https://ｅxample.com/',
      'https://merchant.example.com/\u200b',
      'https://merchant.example.com/\u3000',
      'https://merchant.example.com/\u202e',
      'https://merchant.example.com/\ud800',
      'https://merchant.example.com\t/',
      'https://mer\nchant.example.com/',
      'https://merchant.example.com:/',
      'https://merchant.example.com:0443/',
      'https://0x08080808/',
      'https://8.8.2056/',
      'https://010.8.8.8/',
      `https://${'a'.repeat(64)}.example.com/`,
      `https://${'a23456789.'.repeat(25)}example.com/`,
      'javascript:alert(1)',
      'data:text/plain,hello',
    ],
    https_required: [
      'http://merchant.example.com/',
      'http://8.8.8.8/',
      'http://127.0.0.1/',
      'http://localhost:3000/',
      'ftp://merchant.example.com/',
      'file://merchant.example.com/etc/passwd',
      'gopher://merchant.example.com/',
      'ws://merchant.example.com/',
    ],
    credentials_in_url: [
      'https://user:secret@merchant.example.com/',
      'https://user@merchant.example.com/',
      'https://:secret@merchant.example.com/',
      'https://@merchant.example.com/',
      'https://:@merchant.example.com/',
      'https://merchant.example.com@127.0.0.1/',
      'https://merchant.example.com%40@127.0.0.1/',
    ],
    fragment_in_url: ['https://merchant.example.com/#', 'https://merchant.example.com/a?b#c'],
    port_refused: [
      'https://merchant.example.com:80/',
      'https://merchant.example.com:22/',
      'https://merchant.example.com:0/',
      'https://merchant.example.com:6379/',
      'https://8.8.8.8:25/',
    ],
    address_refused: [
      'https://127.0.0.1/',
      'https://127.0.0.1./',
      'https://127.1/',
      'https://0/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://0x7f.1/',
      'https://0177.0.0.1/',
      'https://017700000001/',
      'https://%31%32%37.0.0.1/',
      'https://１２７.0.0.1/',
      'https://①②⑦.0.0.1/',
      'https://127。0。0。1/',
      'https://169.254.169.254/latest/meta-data/',
      'https://2852039166/',
      'https://0xa9fea9fe/',
      'https://10.0.0.1:8443/',
      'https://192.168.1/',
      'https://[::]/',
      'https://[::1]/',
      'https://[::ffff:169.254.169.254]/',
      'https://[::ffff:8.8.8.8]/',
      'https://[64:ff9b::a9fe:a9fe]/',
      'https://[2002:7f00:1::]/',
      'https://[fd00:ec2::254]/',
      'https://[fe80::1]/',
      'https://localhost/',
      'https://LOCALHOST/',
      'https://localhost./',
      'https://a.localhost/',
      'https://a.localhost./',
      'https://printer.local/',
      'https://instance-data.ec2.internal/',
      'https://metadata.google.internal/',
      'https://metadata.google.internal./',
      'https://router.home.arpa/',
      'https://metadata/',
      'https://com/',
    ],
    url_too_long: [
      `https://merchant.example.com/${'a'.repeat(2_020)}`,
      // 9 bytes a character, percent-encoded.
      `https://merchant.example.com/${'支'.repeat(225)}`,
      `https://merchant.example.com/?${'支'.repeat(225)}`,
    ],
  };
  test.each(
    Object.entries(refused).flatMap(([code, urls]) =>
      urls.map((url) => [url.slice(0, 60), code, url] as const),
    ),
  )('such as %j is refused as %s', (_, code, url) => {
    expect(vetCallbackUrl(url, strict)).toMatchObject({ ok: false, code });
  });

  test('may have 2,048 bytes as it is sent, and stays callable however it was registered', () => {
    const wide = `https://merchant.example.com/${'支'.repeat(224)}`;
    expect(vetCallbackUrl(wide, strict).ok).toBe(true);
    const former = [`https://merchant.example.com/${'支'.repeat(600)}`, 'https://my..shop.example/'];
    for (const url of former) {
      expect(vetCallbackUrl(url, strict).ok).toBe(false);
      expect(vetTarget(url, strict).ok).toBe(true);
    }
  });

  test('may have 2,048 characters', () => {
    const url = `https://merchant.example.com/${'a'.repeat(2_019)}`;
    expect(url).toHaveLength(2_048);
    expect(vetCallbackUrl(url, strict).ok).toBe(true);
  });

  test.each([
    'http://127.0.0.1:4511/callback',
    'http://127.0.0.1/',
    'https://127.0.0.1:9/',
    'http://[::1]:4511/',
    'http://localhost:4511/callback',
    'http://receiver.localhost:4511/',
  ])('such as %s is accepted where loopback is allowed', (url) => {
    expect(vetCallbackUrl(url, local).ok).toBe(true);
    expect(vetCallbackUrl(url, strict).ok).toBe(false);
  });

  test.each([
    ['http://merchant.example.com/', 'https_required'],
    ['https://merchant.example.com:4511/', 'port_refused'],
    ['http://10.0.0.1:4511/', 'https_required'],
    ['https://10.0.0.1/', 'address_refused'],
    ['https://[::ffff:127.0.0.1]/', 'address_refused'],
    ['https://0.0.0.0/', 'address_refused'],
    ['https://169.254.169.254/', 'address_refused'],
    ['https://printer.local/', 'address_refused'],
    ['https://db.internal/', 'address_refused'],
    ['http://localhost./', 'invalid_url'],
    ['http://127.1:4511/', 'invalid_url'],
    ['http://0x7f000001/', 'invalid_url'],
    ['http://user@localhost/', 'credentials_in_url'],
    ['ftp://localhost/', 'https_required'],
  ])('such as %s is refused as %s even where loopback is allowed', (url, code) => {
    expect(vetCallbackUrl(url, local)).toMatchObject({ ok: false, code });
  });

  test('may use the ports of the policy and no others', () => {
    const policy = { allowedPorts: [443, 8443, 9443], allowLoopback: false };
    expect(vetCallbackUrl('https://merchant.example.com:9443/', policy).ok).toBe(true);
    expect(vetCallbackUrl('https://merchant.example.com:22/', policy)).toEqual({
      ok: false,
      code: 'port_refused',
      detail: 'Use port 443, 8443 or 9443.',
    });
    expect(vetCallbackUrl('https://merchant.example.com/', { ...policy, allowedPorts: [9443] })).toEqual({
      ok: false,
      code: 'port_refused',
      detail: 'Use port 9443.',
    });
  });

  test('is judged for any text, and never throws', () => {
    const hosts = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6().map((ip) => `[${ip}]`),
      fc.domain(),
      fc.string(),
    );
    const urls = fc.oneof(
      fc.string(),
      hosts.map((host) => `https://${host}/`),
      WEB_URL,
    );
    fc.assert(
      fc.property(urls, (url) => {
        const verdict = vetCallbackUrl(url, strict);
        if (!verdict.ok) return true;
        const host = verdict.url.hostname.replace(/^\[|\]$/g, '');
        return verdict.url.protocol === 'https:' && (isIP(host) === 0 || isPublicAddress(host));
      }),
      { numRuns: 2_000 },
    );
  });
});
