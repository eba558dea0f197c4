import {
  isSigned,
  readSignatureHeaders,
  type SignatureHeaders,
  TOLERANCE_SECONDS,
  timeRefusal,
  type VerificationKey,
} from '../../protocol/signing/signature-check.ts';
import {
  answerKey,
  PUBLIC_KEY_PREFIX,
  publicKeyOf,
  SECRET_PREFIX,
  secretBytes,
} from '../../protocol/signing/webhook-keys.ts';
import { changedBodies } from './changed-bodies.ts';

/** What is wrong with a signature, or that nothing is. `why` says what to do. */
export interface Finding {
  readonly code: string;
  readonly isFault: boolean;
  readonly why: string;
}

export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly secret: string;
  readonly nowMs: number;
}

/** A key that may have signed, with what the user did to it. */
interface Candidate {
  readonly key: VerificationKey;
  /** Undefined for the key as it was given. */
  readonly finding?: Finding;
}

/** Says why a signature is refused: it tries what usually goes wrong with headers, secrets, bodies and clocks. */
export function explainSignature({ headers, body, secret, nowMs }: SignedMessage): readonly Finding[] {
  const read = readSignatureHeaders(headers);
  if (!read.ok) return [headerFinding(read, headers)];
  const candidates = candidatesOf(secret);
  if (candidates.length === 0) return [malformedSecret(secret)];
  const matched = firstMatch(read, body, candidates);
  const time = timeRefusal(read, { nowMs, toleranceSeconds: TOLERANCE_SECONDS });
  const clock =
    time === undefined ? [] : [fault(time.code, `${time.message} Receivers refuse it after five minutes.`)];
  if (matched.length > 0) return [...matched, ...clock];
  return clock.length > 0
    ? clock
    : [good('signed', 'The signature is right: made with this secret, over these bytes.')];
}

function fault(code: string, why: string): Finding {
  return { code, isFault: true, why };
}

function good(code: string, why: string): Finding {
  return { code, isFault: false, why };
}

/** Other products of the standard's family use these names for the same headers. */
const OTHER_HEADERS = [
  'svix-id',
  'svix-signature',
  'x-webhook-signature',
  'stripe-signature',
  'wechatpay-signature',
];

function headerFinding(
  read: { readonly code: string; readonly message: string },
  headers: SignedMessage['headers'],
): Finding {
  const other = OTHER_HEADERS.find((name) => headers[name] !== undefined);
  const names = Object.keys(headers);
  const underscored = names.find((name) => name.startsWith('webhook_') || name.startsWith('http_webhook_'));
  if (underscored !== undefined) {
    return fault(
      'header_renamed',
      `There is ${underscored}: some servers turn - into _. The names are webhook-id, webhook-timestamp and webhook-signature.`,
    );
  }
  if (other !== undefined)
    return fault('other_sender', `There is ${other}: this request was signed by another product.`);
  return fault(read.code, read.message);
}

/** Nothing if the message is right as it is. */
function firstMatch(
  read: SignatureHeaders,
  body: Buffer,
  candidates: readonly Candidate[],
): readonly Finding[] {
  const bodies = [{ body, findings: [] as readonly Finding[] }].concat(
    changedBodies(body).map((guess) => ({ body: guess.body, findings: [fault(guess.code, guess.why)] })),
  );
  for (const { body: guessed, findings } of bodies) {
    for (const { key, finding } of candidates) {
      if (!isSigned(read, guessed, [key])) continue;
      return finding === undefined ? findings : [finding, ...findings];
    }
  }
  return [nothingFits(read, candidates)];
}

function nothingFits({ signatures }: SignatureHeaders, [first]: readonly Candidate[]): Finding {
  const schemes = new Set(signatures.map((one) => one.slice(0, Math.max(0, one.indexOf(',')))));
  const scheme = first?.key.scheme ?? 'v1';
  if (!schemes.has(scheme)) {
    return fault(
      'other_scheme',
      scheme === 'v1a'
        ? 'There is no v1a signature. Only endpoints with signature v1a or both send one; use the whsec_ secret.'
        : 'There is no v1 signature. Was the header changed, or does this endpoint sign with v1a only? Then use its whpk_ key.',
    );
  }
  return fault(
    'signature_mismatch',
    'No known mistake explains it. Is this the secret of this endpoint, of this environment, and is the body complete? Some time ' +
      'after a rotation, only the new secret signs. tidings endpoints rotate makes a new one.',
  );
}

/** The key as it was given, and the keys that the user may have meant. */
function candidatesOf(given: string): readonly Candidate[] {
  if (given.startsWith(PUBLIC_KEY_PREFIX)) {
    const key = publicKeyOf(given);
    return key === undefined ? [] : [{ key: { scheme: 'v1a', key } }];
  }
  const found: Candidate[] = [];
  const add = (text: string, finding?: Finding) => {
    const bytes = secretBytes(text);
    if (bytes === undefined) return;
    found.push({ key: { scheme: 'v1', bytes }, ...(finding !== undefined && { finding }) });
    found.push({
      key: { scheme: 'v1', bytes: answerKey(bytes) },
      finding: good(
        'answer',
        'This is a signed answer, made with the merchant’s secret. Verify it with verifyAnswer.',
      ),
    });
  };
  add(given);
  const tidy = given.trim().replace(/^["']|["']$/g, '');
  if (tidy !== given)
    add(tidy, fault('secret_not_trimmed', 'The secret has spaces, a line end or quotes around it.'));
  if (!tidy.startsWith(SECRET_PREFIX)) {
    add(`${SECRET_PREFIX}${tidy}`, fault('secret_without_prefix', 'The secret must begin with whsec_.'));
  }
  const upper = tidy.replace(/^WHSEC_/i, SECRET_PREFIX);
  if (upper !== tidy) add(upper, fault('secret_prefix_case', 'whsec_ is written in lower case.'));
  return found;
}

function malformedSecret(secret: string): Finding {
  const what = secret.startsWith(PUBLIC_KEY_PREFIX)
    ? 'It must be whpk_ and 32 bytes in base64.'
    : secret.startsWith('tk_')
      ? 'This is an access key. The secret begins with whsec_.'
      : 'It must be whsec_ and 24 to 64 bytes in base64. Is it complete?';
  return fault('malformed_secret', what);
}
