import { type CheckBackOptions, createCheckBackHandler } from '../../../lib/initiator/index.ts';
import { signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { publicKeyText } from '../../../lib/protocol/signing/webhook-keys.ts';

export const SEED = new Uint8Array(32).fill(7);
export const OTHER_SEED = new Uint8Array(32).fill(8);
export const PUBLIC_KEY = publicKeyText(SEED);
export const NOW_MS = Date.parse('2026-11-20T08:00:00.000Z');
export const clock = { now: () => NOW_MS };
export const CHECK = { merchantId: 'shop', transactionId: 'pay:1', attempt: 1 };
export const END = {
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:00:00.000Z',
} as const;

export function signed(body: string, { seed = SEED, ageSeconds = 0, scheme = 'v1a' as 'v1' | 'v1a' } = {}) {
  const content = { id: 'chk_1', timestamp: NOW_MS / 1000 - ageSeconds, body };
  return { method: 'POST', headers: signedHeaders(content, [{ scheme, key: seed }]), body };
}

/** Asks a handler as the service does. */
export async function ask(
  lookUp: CheckBackOptions['lookUp'],
  request: { method: string; headers: Readonly<Record<string, string>>; body: string } = signed(
    JSON.stringify(CHECK),
  ),
  options: Partial<CheckBackOptions> = {},
) {
  const handler = createCheckBackHandler({
    publicKeys: PUBLIC_KEY,
    merchantIds: ['shop'],
    lookUp,
    clock,
    onError: () => undefined,
    ...options,
  });
  const { status, body } = await handler({ ...request, body: Buffer.from(request.body) });
  return { status, json: JSON.parse(body) };
}
