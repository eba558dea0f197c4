import { type AuditTrail, auditTrail } from '../core/merchants/audit-log/audit-trail.ts';
import type { Caller } from '../core/merchants/keys/access-keys.ts';
import type { Clock, Random } from '../core/runtime/environment.ts';

/** The ports of routes whose use cases write to the audit log: the trail is the caller's. */
export type WithoutTrail<P extends { readonly trail: AuditTrail }> = Omit<P, 'trail'>;

/** The ports, with the audit trail of the caller. */
export function acting<P extends { readonly clock: Clock; readonly random: Random }>(
  ports: P,
  caller: Caller,
): P & { readonly trail: AuditTrail } {
  return { ...ports, trail: auditTrail(ports, caller) };
}
