/**
 * Which IP addresses belong to the public internet. The service calls no other (SSRF guard): the connector checks every
 * address that DNS returns, because a name that was harmless at registration may point elsewhere by now.
 */

const IPV4_BYTES = 4;
const IPV6_GROUPS = 8;

/**
 * IPv4 ranges that are not public, from the IANA IPv4 Special-Purpose Address Registry. The registry lists single
 * addresses inside a range as global (192.0.0.9, 192.0.0.10). They are refused too: no receiver runs there.
 */
const NON_PUBLIC_IPV4 = [
  '0.0.0.0/8', // this network (RFC 791)
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // shared by carriers' NATs (RFC 6598)
  '127.0.0.0/8', // loopback (RFC 1122)
  '169.254.0.0/16', // link-local (RFC 3927): instance metadata 169.254.169.254, ECS credentials 169.254.170.2
  '172.16.0.0/12', // private (RFC 1918)
  '192.0.0.0/24', // protocol assignments (RFC 6890)
  '192.0.2.0/24', // TEST-NET-1 (RFC 5737)
  '192.88.99.0/24', // 6to4 relay anycast (RFC 7526)
  '192.168.0.0/16', // private (RFC 1918)
  '198.18.0.0/15', // benchmarking (RFC 2544)
  '198.51.100.0/24', // TEST-NET-2 (RFC 5737)
  '203.0.113.0/24', // TEST-NET-3 (RFC 5737)
  '224.0.0.0/4', // multicast (RFC 5771)
  '240.0.0.0/4', // reserved (RFC 1112), with the broadcast address
].map(parseRange);

/**
 * Only this range of IPv6 is global unicast (RFC 4291, IANA IPv6 Global Unicast Address Assignments). Everything
 * else is not public: `::`, `::1`, v4-compatible `::/96`, v4-mapped `::ffff:0:0/96`, NAT64 `64:ff9b::/96` and
 * `64:ff9b:1::/48`, discard `100::/64`, SRv6 `5f00::/16`, unique local `fc00::/7` with the metadata address
 * `fd00:ec2::254`, link-local `fe80::/10`, site-local `fec0::/10`, multicast `ff00::/8`.
 */
const GLOBAL_IPV6 = parseRange('2000::/3');

/** Ranges inside `2000::/3` that are not public, from the IANA IPv6 Special-Purpose Address Registry. */
const NON_PUBLIC_IPV6 = [
  '2001::/23', // protocol assignments: Teredo 2001::/32, benchmarking, ORCHID 2001:10::/28 and 2001:20::/28
  '2001:db8::/32', // documentation (RFC 3849)
  '2002::/16', // 6to4, which embeds any IPv4 address (RFC 3056)
  '3fff::/20', // documentation (RFC 9637)
].map(parseRange);

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(parseRange);

/**
 * Whether an IP address belongs to the public internet. Total: text that is not a plain IPv4 (four decimal parts) or
 * IPv6 address is not public. Neither is an IPv6 address with a zone.
 *
 * @example isPublicAddress('169.254.169.254') // false
 */
export function isPublicAddress(ip: string): boolean {
  const address = parseAddress(ip);
  if (address === undefined) return false;
  if (address.length === IPV4_BYTES) return !NON_PUBLIC_IPV4.some((range) => contains(range, address));
  return contains(GLOBAL_IPV6, address) && !NON_PUBLIC_IPV6.some((range) => contains(range, address));
}

/** Whether a connection may go to this address, which came from DNS or from the URL itself. */
export function isPermittedAddress(ip: string, policy: { readonly allowLoopback: boolean }): boolean {
  return isPublicAddress(ip) || (policy.allowLoopback && isLoopbackAddress(ip));
}

/** The literal address in a URL's host, without brackets; undefined if the host is a name. */
export function literalOf(host: string): string | undefined {
  if (host.startsWith('[')) return host.slice(1, -1);
  return parseIpv4(host) === undefined ? undefined : host;
}

function isLoopbackAddress(ip: string): boolean {
  const address = parseAddress(ip);
  return address !== undefined && LOOPBACK.some((range) => contains(range, address));
}

/** An address as its 4 or 16 bytes, in network order. */
type Address = readonly number[];
interface Range {
  readonly network: Address;
  readonly prefixBits: number;
}

function contains({ network, prefixBits }: Range, address: Address): boolean {
  if (network.length !== address.length) return false;
  return network.every((byte, index) => {
    const bits = Math.min(Math.max(prefixBits - index * 8, 0), 8);
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}

function parseRange(cidr: string): Range {
  const [ip = '', prefixBits] = cidr.split('/');
  const network = parseAddress(ip);
  if (network === undefined) throw new TypeError(`${cidr} is not a range`);
  return { network, prefixBits: Number(prefixBits) };
}

function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Parses four decimal parts. Refuses leading zeros, which some resolvers read as octal. */
function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== IPV4_BYTES) return undefined;
  const bytes = parts.map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** Parses eight groups with at most one `::`. The last two groups may be written as an IPv4 address. */
function parseIpv6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === IPV6_GROUPS ? bytesOf(head) : undefined;
  if (tail === undefined) return undefined;
  const missing = IPV6_GROUPS - head.length - tail.length;
  return missing < 1 ? undefined : bytesOf([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const embedded = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = embedded;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else return undefined;
  }
  return groups;
}

function bytesOf(groups: readonly number[]): Address {
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}
