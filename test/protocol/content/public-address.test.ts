import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPermittedAddress, isPublicAddress } from '../../../lib/protocol/content/ip-addresses.ts';

/** First and last address of each range that is not public, and its nearest neighbours that are. */
const NON_PUBLIC = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.0', '100.127.255.255'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::0.0.0.1'],
  'link-local': ['169.254.0.0', '169.254.255.255', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'the metadata services': ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254'],
  'protocol assignments': ['192.0.0.0', '192.0.0.255', '192.0.0.9', '2001:1::1', '2001:1ff:ffff::'],
  documentation: [
    '192.0.2.0',
    '192.0.2.255',
    '198.51.100.0',
    '198.51.100.255',
    '203.0.113.0',
    '203.0.113.255',
    '2001:db8::',
    '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff::',
    '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  '6to4': ['192.88.99.0', '192.88.99.255', '2002::', '2002:7f00:1::', '2002:ffff::ffff'],
  benchmarking: ['198.18.0.0', '198.19.255.255', '2001:2::', '2001:2:0:ffff::'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::ffff'],
  'reserved and broadcast': ['240.0.0.0', '255.255.255.254', '255.255.255.255'],
  unspecified: ['::', '0::0', '0:0:0:0:0:0:0:0'],
  'unique local': ['fc00::', 'fd12:3456::1', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'site-local': ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  'discard-only': ['100::', '100::ffff:ffff:ffff:ffff'],
  ORCHID: ['2001:10::', '2001:1f:ffff::', '2001:20::', '2001:2f:ffff::'],
  Teredo: ['2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  NAT64: ['64:ff9b::', '64:ff9b::8.8.8.8', '64:ff9b::7f00:1', '64:ff9b:1::', '64:ff9b:1:ffff::a00:1'],
  'IPv4-mapped': [
    '::ffff:0:0',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '::FFFF:7F00:1',
    '0:0:0:0:0:ffff:a00:1',
  ],
  'IPv4-compatible': ['::8.8.8.8', '::127.0.0.1', '::a00:1'],
  'IPv4-translated': ['::ffff:0:7f00:1', '::ffff:0:8.8.8.8'],
  'segment routing': ['5f00::', '5f00:ffff::'],
  'outside global unicast': ['1fff:ffff::', '4000::', '8000::', 'e000::', 'fbff::1'],
} as const;

const PUBLIC = [
  '1.0.0.0',
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '191.255.255.255',
  '192.0.1.0',
  '192.0.3.0',
  '192.88.98.255',
  '192.88.100.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '198.51.99.255',
  '198.51.101.0',
  '203.0.112.255',
  '203.0.114.0',
  '223.255.255.255',
  '2000::',
  '2001:200::',
  '2001:db7:ffff::',
  '2001:db9::',
  '2001:4860:4860::8888',
  '2003::1',
  '2606:4700:4700::1111',
  '2a05:d000::1',
  '3ffe:ffff::1',
  '3fff:1000::',
];

const NOT_ADDRESSES = [
  '',
  ' ',
  'localhost',
  '1',
  '1.1',
  '1.1.1',
  '1.1.1.1.1',
  '256.1.1.1',
  '1.1.1.256',
  '01.1.1.1',
  '1.1.1.010',
  '0x1.1.1.1',
  '1.1.1.1 ',
  ' 1.1.1.1',
  '1.1.1.1\n',
  '1.1.1.-1',
  '1.1.1.',
  '.1.1.1',
  '1..1.1',
  '１.1.1.1',
  '134744072',
  '[2606:4700:4700::1111]',
  '2606:4700:4700::1111%eth0',
  '2606:4700:4700::1111%25eth0',
  '2606:4700:4700::1111/64',
  '2606',
  '2606:',
  '2606:4700',
  ':2606::1',
  '2606:::1',
  '2606::1::1',
  '2606::1:',
  '26061::1',
  '2606::g',
  '2606:1:1:1:1:1:1:1:1',
  '2606:1:1:1:1:1:1::1:1',
  '2606::8.8.8',
  '2606::8.8.8.08',
  '2606:8.8.8.8::1',
  '2606:1:1:1:1:1:1:8.8.8.8',
];

describe('an address', () => {
  test.each(Object.entries(NON_PUBLIC))('for %s is not public', (_, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test('of the public internet is public, up to the edges of what is not', () => {
    expect(PUBLIC.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test('that cannot be read is not public', () => {
    expect(NOT_ADDRESSES.filter(isPublicAddress)).toEqual([]);
  });

  test('is read by the same rules as Node reads it, and judged as Node judges the ranges', () => {
    const nonPublic = new BlockList();
    for (const [network, prefix] of [
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
      ['172.16.0.0', 12],
      ['192.0.0.0', 24],
      ['192.0.2.0', 24],
      ['192.88.99.0', 24],
      ['192.168.0.0', 16],
      ['198.18.0.0', 15],
      ['198.51.100.0', 24],
      ['203.0.113.0', 24],
      ['224.0.0.0', 3],
    ] as const) {
      nonPublic.addSubnet(network, prefix, 'ipv4');
    }
    const global = new BlockList();
    global.addSubnet('2000::', 3, 'ipv6');
    const special = new BlockList();
    for (const [network, prefix] of [
      ['2001::', 23],
      ['2001:db8::', 32],
      ['2002::', 16],
      ['3fff::', 20],
    ] as const) {
      special.addSubnet(network, prefix, 'ipv6');
    }
    const byNode = (ip: string): boolean => {
      if (isIP(ip) === 4) return !nonPublic.check(ip, 'ipv4');
      return isIP(ip) === 6 && global.check(ip, 'ipv6') && !special.check(ip, 'ipv6');
    };
    const nearEdges = fc
      .tuple(
        fc.constantFrom('2001:0', '2001:1ff', '2001:200', '2001:db8', '2002:1', '3fff:fff', '3fff:1000'),
        fc.ipV6(),
      )
      .map(([head, tail]) => `${head}:${tail}`);
    const text = fc.string({ unit: fc.constantFrom('0', '1', '2', 'f', ':', '.', '::', '255', '2606') });
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6(), nearEdges, text),
        (ip) => isPublicAddress(ip) === byNode(ip),
      ),
      { numRuns: 5_000 },
    );
  });

  test('that hides any IPv4 address in IPv6 is not public', () => {
    const prefixes = fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::');
    fc.assert(fc.property(prefixes, fc.ipV4(), (prefix, ip) => !isPublicAddress(prefix + ip)));
  });

  test('of loopback is permitted only where loopback is allowed, and nothing else with it', () => {
    const permitted = (ip: string) => isPermittedAddress(ip, { allowLoopback: true });
    expect(['127.0.0.1', '127.1.2.3', '::1', '8.8.8.8'].every(permitted)).toBe(true);
    const nothingElse = Object.entries(NON_PUBLIC)
      .filter(([name]) => name !== 'loopback')
      .flatMap(([, addresses]) => addresses);
    expect([...nothingElse, ...NOT_ADDRESSES].filter(permitted)).toEqual([]);
    expect(isPermittedAddress('127.0.0.1', { allowLoopback: false })).toBe(false);
  });
});
