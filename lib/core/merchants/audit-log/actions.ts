/** What the audit log tells of. */

export const ACTIONS = [
  'merchant.created',
  'merchant.changed',
  'merchant.secret_rotated',
  'merchant.erased',
  'endpoint.created',
  'endpoint.changed',
  'endpoint.deleted',
  'endpoint.secret_rotated',
  'key.created',
  'key.revoked',
  'portal_link.created',
  'redelivery.started',
  'transaction.resolved',
  'dead_letters.redriven',
  'parked.put_back',
] as const;
export type Action = (typeof ACTIONS)[number];
