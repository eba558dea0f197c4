/**
 * The address at which a request came in: scheme, host and port. An event does not say the scheme. Gateways tell it in a
 * header; without one, only a loopback host is plain HTTP.
 *
 * @param url the request's address, whose scheme means nothing
 */
export function publicOrigin(url: string, header: (name: string) => string | undefined): string {
  const { host, hostname } = new URL(url);
  const proto = header('x-forwarded-proto') ?? (isLoopback(hostname) ? 'http' : 'https');
  return `${proto === 'http' ? 'http' : 'https'}://${host}`;
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
