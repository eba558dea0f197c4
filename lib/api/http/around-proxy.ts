import { equalInConstantTime } from '../../core/crypto.ts';

/** Whether a request came around the proxy in front of the service, which sends a secret with each one. */
export function isAroundProxy(secret: string | undefined, sent: string | undefined): boolean {
  return secret !== undefined && (sent === undefined || !equalInConstantTime(sent, secret));
}
