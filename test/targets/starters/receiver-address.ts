import { type ReceiverAddress, UsageError } from '../target.ts';

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** For targets that run on this machine. */
export function loopbackReceiver(port = 0): ReceiverAddress {
  return receiverAt('127.0.0.1', port);
}

/**
 * The address behind `--receiver-host`: a host, which the target reaches at the port that the suite listens on, or an http
 * or https URL of something that forwards to that port.
 *
 * @throws UsageError if it is neither
 */
export function receiverAt(host: string, port: number): ReceiverAddress {
  const isUrl = /^https?:\/\//.test(host);
  const parsed = URL.parse(isUrl ? host : `http://${host}`);
  const isBare =
    parsed !== null && (isUrl || parsed.port === '') && parsed.search === '' && parsed.hash === '';
  if (parsed === null || !isBare || (!isUrl && parsed.pathname !== '/')) {
    throw new UsageError(
      `--receiver-host ${host} is neither a host nor an http or https URL. Examples: 127.0.0.1, host.docker.internal, ` +
        'https://tunnel.example.',
    );
  }
  return {
    port,
    listenOn: LOOPBACK.test(parsed.hostname) ? '127.0.0.1' : '0.0.0.0',
    urlOf: (listening) =>
      isUrl ? parsed.href.replace(/\/$/, '') : `http://${parsed.hostname}:${String(listening)}`,
  };
}
