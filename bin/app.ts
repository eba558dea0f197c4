import { App } from 'aws-cdk-lib';
import { propsFromContext } from '../lib/stack/context-props.ts';
import { TidingsStack } from '../lib/stack/tidings-stack.ts';

const app = new App();
new TidingsStack(app, 'Tidings', { service: propsFromContext(app.node) });
