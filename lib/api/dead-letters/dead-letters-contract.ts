import * as z from 'zod';
import { timeSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { DEAD_LETTER_QUEUES } from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';
import { operating } from '../contract/operation-kinds.ts';
import { limitSchema } from '../contract/shapes.ts';

/** Letters of each queue that are shown. */
export const MAX_LETTERS_SHOWN = 30;
/** Letters that one request puts back. */
export const MAX_REDRIVEN = 100;
/** Characters of a body that are shown. */
export const MAX_BODY_SHOWN = 2_000;

const letterAnswer = onFirstUse(() =>
  z
    .object({
      messageId: z.string(),
      sentAt: z.iso.datetime().exactOptional(),
      reason: z.string().meta({ description: 'Why it is here. `received too often`: it failed every time.' }),
      canGoBack: z.boolean().meta({
        description:
          'False: nobody can read it, or, in `intake`, it was refused with a reason. Correct it and record the outcome anew.',
      }),
      merchantId: z.string().exactOptional(),
      transactionId: z.string().exactOptional(),
      version: z.int().exactOptional().meta({ description: 'Of a notification. Absent: a check.' }),
      endpointId: z.string().exactOptional(),
      body: z.string().meta({ description: `Its first ${MAX_BODY_SHOWN} characters, as it was sent.` }),
    })
    .meta({ id: 'DeadLetter' }),
);

export const listDeadLetters = operation({
  operationId: 'listDeadLetters',
  method: 'get',
  path: '/v1/dead-letters',
  summary: 'Count the messages that could not be worked off, and look at some',
  ...operating,
  function: 'operate',
  query: () => z.strictObject({ limit: limitSchema(MAX_LETTERS_SHOWN) }),
  answers: () => ({
    200: {
      description:
        'Each queue. Letters that are shown here are hidden from other requests while this one looks.',
      schema: z.object({
        queues: z.array(
          z.object({
            queue: z.enum(DEAD_LETTER_QUEUES).meta({
              description: '`lanes`: attempts and checks. `intake`: outcomes of initiators that do not wait.',
            }),
            count: z.int().meta({ description: 'About how many. The queue may be a minute behind.' }),
            items: z.array(letterAnswer()),
          }),
        ),
      }),
    },
  }),
  problems: ['invalid_value'],
});

export const redriveDeadLetters = operation({
  operationId: 'redriveDeadLetters',
  method: 'post',
  path: '/v1/dead-letters/redrive',
  summary: 'Put dead letters back where they came from, a bounded number at a time',
  ...operating,
  function: 'operate',
  body: () =>
    z.strictObject({
      queue: z.enum(DEAD_LETTER_QUEUES, 'invalid_value'),
      limit: z
        .int('invalid_value')
        .min(1, 'invalid_value')
        .max(MAX_REDRIVEN, 'invalid_value')
        .exactOptional()
        .meta({ description: `How many to put back at most. Default: ${MAX_REDRIVEN}.` }),
      before: timeSchema()
        .exactOptional()
        .meta({
          description:
            'Letters that were sent later stay. Default: now. Pass the `before` of the first answer when you ask again: letters that ' +
            'fail again at once are then not put back again and again.',
        }),
    }),
  answers: () => ({
    200: {
      description: 'What was done. Each letter is sent before it is deleted, so none is lost.',
      schema: z.object({
        queue: z.enum(DEAD_LETTER_QUEUES),
        redriven: z.int(),
        left: z.int().meta({ description: 'Letters that were seen and stay.' }),
        isDone: z.boolean().meta({ description: 'False: there may be more that can go back. Ask again.' }),
        before: z.iso.datetime(),
      }),
    },
  }),
  problems: ['invalid_value', 'invalid_date'],
});
