import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings of cdk-nag for a construct and everything below it. The reasons stand beside the resource, so that
 * changing one brings the other into view. `npm run check:nag` reports every finding that is not accepted.
 *
 * @param reasons why, by rule: `AwsSolutions-S1`
 */
export function accept(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const accepted = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(construct).acknowledge(...accepted);
}

/** Accepts that a role has its permissions in a policy of its own. */
export function acceptInlinePolicy(construct: IConstruct): void {
  accept(construct, {
    'PCI.DSS.321-IAMNoInlinePolicy':
      'Each role has one policy, written for it alone. A managed policy could be attached to other roles.',
  });
}

/** Accepts that a dead-letter queue has no dead-letter queue. */
export function acceptLastQueue(queue: IConstruct): void {
  accept(queue, {
    'Serverless-SQSRedrivePolicy': 'It is a dead-letter queue. Nothing receives from it but operators.',
  });
}

/** Accepts how a secret is kept. */
export function acceptSecret(secret: IConstruct, key: IKey | undefined, whyNotRotated: string): void {
  accept(secret, { 'AwsSolutions-SMG4': whyNotRotated });
  if (key === undefined) {
    accept(secret, {
      'PCI.DSS.321-SecretsManagerUsingKMSKey':
        'Secrets Manager encrypts it with a key that AWS manages. customerKey encrypts it with a KMS key of the stack.',
    });
  }
}
