import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput, JsonService } from '../aws/aws-server.ts';
import { LocalCloudError } from '../errors.ts';
import { kmsCalls } from '../iam/calls/kms-calls.ts';
import { writeWholeFile } from '../storage/whole-file.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import type { Stack } from '../template/stack-resources.ts';

/** A key of the template and the aliases that point to it. */
export interface KmsKey {
  readonly keyId: string;
  readonly aliases: readonly string[];
}

/** Returns the keys of the stack with their aliases. */
export function kmsKeys(stack: Stack): readonly KmsKey[] {
  return stack.ofType('AWS::KMS::Key').map(({ logicalId, physical }) => ({
    keyId: logicalId,
    aliases: stack
      .ofType('AWS::KMS::Alias')
      .filter(({ properties }) => [physical.arn, physical.ref].includes(properties.TargetKeyId))
      .map(({ properties }) => properties.AliasName),
  }));
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PLAINTEXT_MAX_BYTES = 4096;
const VERSION = 1;

/**
 * Stands in for KMS: AES-256-GCM with one key file per key, readable by its owner only. As in KMS, the encryption
 * context is authenticated and not stored. A blob is `version (1) | length of key id (1) | key id | iv (12) | tag
 * (16) | ciphertext`.
 */
export function kmsService(dataDir: string, keys: readonly KmsKey[]): JsonService {
  const secrets = new Map(keys.map(({ keyId }) => [keyId, readOrMakeKey(join(dataDir, `kms-${keyId}.key`))]));
  const keyIdOf = (given: unknown): string => {
    const id = String(given);
    const last = id.startsWith('arn:') ? id.slice(id.lastIndexOf(':') + 1) : id;
    const name = last.replace(/^key\//, '');
    const key = keys.find(({ keyId, aliases }) => keyId === name || aliases.includes(name));
    if (key === undefined) throw new AwsFault('NotFoundException', `Key ${id} does not exist.`);
    return key.keyId;
  };
  const secretOf = (keyId: string): Buffer => {
    const secret = secrets.get(keyId);
    if (secret === undefined) throw new AwsFault('NotFoundException', `Key ${keyId} does not exist.`);
    return secret;
  };

  function encrypt(keyId: string, plaintext: Buffer, input: AwsInput): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, secretOf(keyId), iv).setAAD(contextBytes(keyId, input));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const id = Buffer.from(keyId);
    return Buffer.concat([Buffer.from([VERSION, id.length]), id, iv, cipher.getAuthTag(), sealed]).toString(
      'base64',
    );
  }

  function decrypt(input: AwsInput): object {
    const { blob, keyId, idEnd } = readBlob(input.CiphertextBlob);
    const isOfAnother = input.KeyId !== undefined && keyIdOf(input.KeyId) !== keyId;
    if (isOfAnother) throw new AwsFault('IncorrectKeyException', 'The ciphertext was sealed by another key.');
    try {
      const ivEnd = idEnd + IV_BYTES;
      const decipher = createDecipheriv(ALGORITHM, secretOf(keyId), blob.subarray(idEnd, ivEnd))
        .setAAD(contextBytes(keyId, input))
        .setAuthTag(blob.subarray(ivEnd, ivEnd + TAG_BYTES));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(ivEnd + TAG_BYTES)), decipher.final()]);
      return {
        KeyId: arnOf(keyId),
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    } catch {
      throw new AwsFault(
        'InvalidCiphertextException',
        'The ciphertext or its encryption context is not valid.',
      );
    }
  }

  return {
    targetPrefix: 'TrentService',
    calls: (operation, input) => {
      // Decrypt need not name a key: the ciphertext does.
      const keyId = input.KeyId === undefined ? readBlob(input.CiphertextBlob).keyId : keyIdOf(input.KeyId);
      return kmsCalls(operation, input, arnOf(keyId));
    },
    operations: {
      Encrypt: (input) => {
        const keyId = keyIdOf(input.KeyId);
        const plaintext = Buffer.from(String(input.Plaintext), 'base64');
        if (plaintext.length === 0 || plaintext.length > PLAINTEXT_MAX_BYTES) {
          throw new AwsFault('ValidationException', 'Plaintext must be 1 to 4096 bytes.');
        }
        return {
          KeyId: arnOf(keyId),
          CiphertextBlob: encrypt(keyId, plaintext, input),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      },
      Decrypt: decrypt,
      GenerateDataKey: (input) => {
        const keyId = keyIdOf(input.KeyId);
        const bytes = input.KeySpec === 'AES_128' ? 16 : Number(input.NumberOfBytes ?? KEY_BYTES);
        const plaintext = randomBytes(bytes);
        return {
          KeyId: arnOf(keyId),
          Plaintext: plaintext.toString('base64'),
          CiphertextBlob: encrypt(keyId, plaintext, input),
        };
      },
    },
  };
}

function readBlob(ciphertext: unknown) {
  const blob = Buffer.from(String(ciphertext), 'base64');
  const idEnd = 2 + (blob[1] ?? 0);
  return { blob, idEnd, keyId: blob.subarray(2, idEnd).toString() };
}

/** Serializes the context sorted by name, so that the order of its pairs does not matter. */
function contextBytes(keyId: string, input: AwsInput): Buffer {
  const context = Object.entries((input.EncryptionContext ?? {}) as Record<string, string>);
  return Buffer.from(JSON.stringify([keyId, context.sort(([left], [right]) => (left < right ? -1 : 1))]));
}

function arnOf(keyId: string): string {
  return `arn:aws:kms:${LOCAL_REGION}:${LOCAL_ACCOUNT}:key/${keyId}`;
}

function readOrMakeKey(path: string): Buffer {
  if (!existsSync(path)) writeWholeFile(path, randomBytes(KEY_BYTES));
  chmodSync(path, 0o600);
  const key = readFileSync(path);
  if (key.length === KEY_BYTES) return key;
  throw new LocalCloudError(
    'data_dir_damaged',
    `${path} does not hold a key of ${KEY_BYTES} bytes. Delete the data directory, or choose another one.`,
  );
}
