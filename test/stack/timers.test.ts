import { describe, expect, it } from 'vitest';
import { functionId, resourcesOf } from './synthesized-template.ts';

describe('the clock', () => {
  it('sweeps, closes and audits every minute, and makes statements as seldom as a run may last', () => {
    const timers = resourcesOf('AWS::Events::Rule').filter(([id]) => !id.includes('Intake'));
    const rules = timers.map(([, { ScheduleExpression, Targets }]) => [
      /Tidings(Sweep|Close|Audit|Statement)/.exec(JSON.stringify(Targets))?.[1],
      ScheduleExpression,
    ]);
    expect(Object.fromEntries(rules)).toEqual({
      Audit: 'rate(1 minute)',
      Close: 'rate(1 minute)',
      Sweep: 'rate(1 minute)',
      Statement: 'rate(15 minutes)',
    });
    const [, statement] =
      resourcesOf('AWS::Lambda::Function').find(([id]) => id === functionId('Statement')) ?? [];
    expect(statement?.Timeout).toBe(15 * 60);
  });

  it.each(['Close', 'Audit', 'Statement'])(
    'starts %s for every partition, each in one of four shares',
    (name) => {
      const targets = resourcesOf('AWS::Events::Rule')
        .flatMap(([, { Targets }]) => Targets)
        .filter(({ Arn }) => JSON.stringify(Arn).includes(functionId(name)));
      const inputs = targets.map(({ Input }) => JSON.parse(Input));
      expect(inputs).toHaveLength(4);
      const partitions = inputs.flatMap((input) => input.partitions).sort((a, b) => a - b);
      expect(partitions).toEqual(Array.from({ length: 16 }, (_, partition) => partition));
    },
  );
});
