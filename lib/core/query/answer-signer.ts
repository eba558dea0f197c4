import { signedHeaders } from '../../protocol/signing/signed-headers.ts';
import { answerKey, storedSecretBytes } from '../../protocol/signing/webhook-keys.ts';
import { openKeys, SETTINGS_MAX_AGE_MS } from '../deliver/attempt/target.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { Seal } from '../merchants/secrets/seal.ts';
import { sealContext } from '../merchants/secrets/seal.ts';
import type { MerchantId } from '../model.ts';
import type { Clock, Random } from '../runtime/environment.ts';
import { SECOND_MS } from '../time.ts';

/** Signs an answer to a merchant, negative answers included, so that it can be verified like a callback. */
export type AnswerSigner = (
  merchantId: MerchantId,
  body: string,
) => Promise<Readonly<Record<string, string>>>;

interface AnswerSignerPorts {
  readonly configs: ConfigCache;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly random: Random;
}

export function createAnswerSigner(ports: AnswerSignerPorts): AnswerSigner {
  return async (merchantId, body) => {
    const nowMs = ports.clock.now();
    const config = await ports.configs.get(merchantId, nowMs - SETTINGS_MAX_AGE_MS);
    if (config === undefined) return {};
    const secrets = await openKeys(ports, config.profile.secrets, sealContext(merchantId));
    const id = `ans_${Buffer.from(ports.random.bytes(16)).toString('hex')}`;
    return signedHeaders(
      { id, timestamp: Math.floor(nowMs / SECOND_MS), body },
      secrets.map((secret) => ({ scheme: 'v1', key: answerKey(storedSecretBytes(secret)) })),
    );
  };
}
