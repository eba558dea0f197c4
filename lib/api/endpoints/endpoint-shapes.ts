import * as z from 'zod';
import { HEALTH_STATES } from '../../core/deliver/health/endpoint-health.ts';
import { DISABLED_REASONS, signatureSchema } from '../../core/merchants/merchant-config.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { failureDetailSchema } from '../contract/shapes.ts';

const lastFailureSchema = onFirstUse(() =>
  z
    .object({
      at: z.iso.datetime(),
      error: z.string().meta({ description: 'As in an attempt; `gone`: it answered 410.' }),
      detail: failureDetailSchema().exactOptional(),
      statusCode: z.int().exactOptional(),
    })
    .meta({
      description:
        'The last failure that was noted, also one before the last success. While attempts go on failing, `at` may be 12 hours ' +
        'older than the last one. If they begin to fail for another reason, that is noted within a minute. Statistics count all.',
    }),
);

export const healthSchema = onFirstUse(() =>
  z
    .object({
      state: z.enum(HEALTH_STATES).meta({
        description:
          '`slow`: answers take over 2 s. `failing`: attempts failed since the last success. `paused`: they failed for so ' +
          'long that one request at a time probes the endpoint, at most 15 minutes apart. `unknown`: it cannot be read now.',
      }),
      failingSince: z.iso
        .datetime()
        .exactOptional()
        .meta({ description: 'The first failure since the last success.' }),
      lastSuccessAt: z.iso.datetime().exactOptional().meta({
        description: 'The last success before `failingSince`, or the one that ended a time of failures.',
      }),
      lastFailure: lastFailureSchema().exactOptional(),
    })
    .meta({
      id: 'EndpointHealth',
      description:
        'How attempts went, under the current URL. Of a disabled endpoint: as it was then. Only when an endpoint is read or listed.',
    }),
);

/** An endpoint as the API shows it. */
export const endpointAnswer = onFirstUse(() =>
  z
    .object({
      endpointId: z.string(),
      url: z.string(),
      description: z.string().exactOptional(),
      types: z.array(z.string()),
      timeoutMs: z.int(),
      schedule: z.union([z.string(), z.array(z.int())]).exactOptional(),
      expectBody: z.union([z.string(), z.array(z.string())]).exactOptional(),
      headers: z
        .array(
          z.object({
            name: z.string().meta({ example: 'authorization' }),
            setAt: z.iso.datetime().meta({ description: 'When this value was set.' }),
          }),
        )
        .exactOptional()
        .meta({
          description: 'The names of the headers that are added to each request. Values are never shown.',
        }),
      ratePerSecond: z.number().exactOptional(),
      signature: signatureSchema(),
      publicKey: z.string().exactOptional().meta({ description: 'whpk_…, to verify v1a.' }),
      enabled: z.boolean(),
      disabledReason: z
        .enum(DISABLED_REASONS)
        .exactOptional()
        .meta({
          description:
            'Why it is disabled. `requested`: by a request. `gone`: the receiver answered 410. `failing_for_days`: attempts ' +
            'failed on five days and none succeeded. Absent if an older version disabled it.',
        }),
      disabledAt: z.iso.datetime().exactOptional().meta({ description: 'Since when it is disabled.' }),
      inForceFrom: z.iso.datetime().meta({
        description:
          'An outcome listed at or after this time uses the current `enabled` and `types`. ' +
          'Attempts follow new settings within 10 s.',
      }),
      createdAt: z.iso.datetime(),
      health: healthSchema().exactOptional(),
    })
    .meta({ id: 'Endpoint' }),
);
