import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { createFunction } from '../../lib/stack/service-function.ts';

/** A CDK app of a function for every file of a directory: `node empty-app.ts <directory> <outdir>`. */
const [directory = '', outdir = ''] = process.argv.slice(2);
const app = new App({ outdir, analyticsReporting: false });
const stack = new Stack(app, 'Empty');
for (const file of readdirSync(directory).filter((name) => name.endsWith('.ts'))) {
  createFunction(stack, {
    name: parse(file).name,
    entry: join(directory, file),
    timeoutSeconds: 1,
    environment: {},
  });
}
app.synth();
