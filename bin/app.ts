import { App } from 'aws-cdk-lib';
import { propsFromContext } from '../lib/stack/context-props.ts';
import { TidingsStack } from '../lib/stack/tidings-stack.ts';
import { WrongPropsError } from '../lib/stack/wrong-props-error.ts';

const app = new App();
try {
  new TidingsStack(app, 'Tidings', { service: propsFromContext(app.node) });
} catch (error) {
  if (!(error instanceof WrongPropsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
