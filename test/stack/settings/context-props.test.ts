import { spawnSync } from 'node:child_process';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { propsFromContext } from '../../../lib/stack/settings/context-props.ts';

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

  it.each([
    [{ preset: 'dev' }, 'preset must be one of local, development, production, not "dev".'],
    [{ presett: 'local' }, 'Not a prop of NotificationService: -c presett.'],
  ])('ends the app with one sentence and no stack trace: %o', (context, sentence) => {
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) };
    const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
