import { App } from 'aws-cdk-lib';
import { TidingsStack } from '../lib/stack/tidings-stack.ts';

const app = new App();
new TidingsStack(app, 'Tidings');
