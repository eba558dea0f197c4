/**
 * `tidings/cdk`: the service as a construct. In the published package its functions are bundled. It needs `aws-cdk-lib` and
 * `constructs`, and nothing else.
 */

export { NotificationService } from './notification-service.ts';
export type { FrontDoor, Intake, Lanes } from './service-parts.ts';
export type {
  Concurrency,
  NotificationServiceProps,
  Recorder,
  RestoredTable,
  Settings,
  Throttle,
} from './settings/props.ts';
export { WrongPropsError } from './settings/wrong-props-error.ts';
export { TidingsStack, type TidingsStackProps } from './tidings-stack.ts';
