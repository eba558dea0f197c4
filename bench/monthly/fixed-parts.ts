import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemblyOf } from '../../test/support/synthesized.ts';
import { deployedFunctions } from '../template.ts';

/** What the template has that costs something without traffic. Counted in it, so that a further alarm or queue shows. */
export interface FixedParts {
  /** Metrics that alarms watch, also within an expression. */
  readonly alarmMetrics: number;
  readonly secrets: number;
  readonly customerKeys: number;
  readonly dashboards: number;
  /** Queues that Lambda polls. */
  readonly polledQueues: number;
}

interface AlarmProperties {
  readonly Metrics?: readonly { readonly MetricStat?: unknown }[];
  readonly EventSourceArn?: { readonly 'Fn::GetAtt'?: readonly [string, string] };
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: AlarmProperties }>
  >;
}

export function fixedParts(): FixedParts {
  const template: Template = JSON.parse(
    readFileSync(join(assemblyOf('production'), 'Tidings.template.json'), 'utf8'),
  );
  const all = Object.values(template.Resources);
  const ofType = (type: string) =>
    all.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
  const billed = ({ Metrics }: AlarmProperties) =>
    Metrics === undefined ? 1 : Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
  const isQueue = ({ EventSourceArn }: AlarmProperties) =>
    template.Resources[EventSourceArn?.['Fn::GetAtt']?.[0] ?? '']?.Type === 'AWS::SQS::Queue';
  return {
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + billed(alarm), 0),
    secrets: ofType('AWS::SecretsManager::Secret').length,
    customerKeys: ofType('AWS::KMS::Key').length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    polledQueues: ofType('AWS::Lambda::EventSourceMapping').filter(isQueue).length,
  };
}

/** Memory in MB by the name of the function's file. NaN for a function that the template does not have. */
export function memoryOf(): (name: string) => number {
  const memory = new Map(deployedFunctions().map(({ name, memoryMb }) => [name, memoryMb]));
  return (name) => memory.get(name) ?? Number.NaN;
}
