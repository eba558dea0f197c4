import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { propsFromContext } from '../../lib/stack/context-props.ts';

const read = (context: Record<string, unknown>) => propsFromContext(new App({ context }).node);

describe('the context of the app', () => {
  it('gives props: numbers and lists as JSON, the rest as text', () => {
    expect(
      read({
        retentionDays: '400',
        callbackPorts: '[443,9443]',
        throttle: '{"rateLimit":100}',
        frontDoor: 'function-url',
      }),
    ).toEqual({
      retentionDays: 400,
      callbackPorts: [443, 9443],
      throttle: { rateLimit: 100 },
      frontDoor: 'function-url',
    });
  });

  it('is not asked for what the CDK itself keeps there', () => {
    expect(
      read({ '@aws-cdk/core:checkSecretUsage': true, 'availability-zones:account=1:region=x': [] }),
    ).toEqual({});
  });

  it('with a name that is no prop is refused: a typing error must not deploy a default', () => {
    expect(() => read({ retentionDay: '400' })).toThrow(
      'Not a prop of NotificationService: -c retentionDay.',
    );
  });
});
