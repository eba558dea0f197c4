import { type DeliberateFault, hook } from '../deliberate-fault.ts';

/** `lib/stack`: the template that is deployed. */

export const stackFaults: readonly DeliberateFault[] = [
  {
    name: 'CloudWatch may not publish at the operators’ topic',
    at: hook(() => import('../../../../lib/stack/alarms/alarms.ts'), {
      createAlarms:
        (real) =>
        (...given) => {
          const topic = real(...given);
          if (!topic.node.tryRemoveChild('Policy')) throw new Error('The topic has no policy.');
          return topic;
        },
    }),
    test: 'test/stack/paths.test.ts',
  },
];
