import { App } from 'aws-cdk-lib';
import { propsFromContext } from '../lib/stack/settings/context-props.ts';
import { WrongPropsError } from '../lib/stack/settings/wrong-props-error.ts';
import { TidingsStack } from '../lib/stack/tidings-stack.ts';

const app = new App();
try {
  new TidingsStack(app, 'Tidings', { service: propsFromContext(app.node) });
} catch (error) {
  if (!(error instanceof WrongPropsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
