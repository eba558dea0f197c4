import { randomBytes } from 'node:crypto';
import { callbackBodyOf, callbackHeaders } from '../../protocol/callback-form.ts';
import { webhookIdOf } from '../../protocol/event-names.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { SIGNATURE_HEADER } from '../../protocol/signing/signed-headers.ts';
import { SECRET_BYTES, secretBytes, secretText } from '../../protocol/signing/webhook-keys.ts';

/** Callbacks with the bytes and headers of the service, and what an attacker would make of them. */

export interface Callback {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Signing {
  /** `whsec_…` */
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** From 1. Default: 1. */
  readonly attempt?: number;
}

function idOfTransaction({ merchantId, transactionId, version }: JsonObject): string {
  return webhookIdOf({
    merchantId: String(merchantId),
    transactionId: String(transactionId),
    version: Number(version),
  });
}

/** @param transaction the service's answer about a transaction that has ended, or one that was made up */
export function callbackOf(transaction: JsonObject, signing: Signing): Callback {
  return signedCallback(idOfTransaction(transaction), callbackBodyOf(transaction), signing);
}

export function signedCallback(id: string, body: string, { secret, atMs, attempt = 1 }: Signing): Callback {
  const key = secretBytes(secret) ?? new Uint8Array();
  const timestamp = Math.floor(atMs / 1_000);
  const span = randomBytes(8).toString('hex');
  return {
    headers: callbackHeaders({ id, timestamp, body, attempt, span }, [{ scheme: 'v1', key }]),
    body,
  };
}

/** A secret that nobody knows. */
export function otherSecret(): string {
  return secretText(randomBytes(SECRET_BYTES));
}

export function withoutSignature({ headers, body }: Callback): Callback {
  const { [SIGNATURE_HEADER]: _, ...others } = headers;
  return { headers: others, body };
}
