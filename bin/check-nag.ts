import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { TidingsStack } from '../lib/stack/tidings-stack.ts';
import { findingsOf } from './nag/findings.ts';
import { VARIANTS } from './nag/variants.ts';

const HELP = `Usage: npm run check:nag -- [options]

Checks the stack with the rules of cdk-nag (AwsSolutions, Serverless, PCI DSS 3.2.1), for the presets of AWS and for all options.
Exits with 1 if there is a finding. Exceptions stand beside their resources, each with its reason.

  --assemblies DIR   also synthesize each variant into a directory below DIR, for other tools
  --help             show this text
`;

const { values } = parseArgs({
  options: { assemblies: { type: 'string' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

let count = 0;
for (const [name, service] of Object.entries(VARIANTS)) {
  const outdir = values.assemblies && join(values.assemblies, name.replaceAll(' ', '-'));
  const app = new App(outdir === undefined ? {} : { outdir });
  new TidingsStack(app, 'Tidings', { service });
  for (const { rule, path, says } of findingsOf(app)) {
    count += 1;
    process.stderr.write(`${name}: ${path}\n  ${rule}: ${says}\n`);
  }
  if (outdir !== undefined) app.synth();
}
if (count > 0) {
  process.stderr.write(
    `${count} findings. Mend each, or accept it beside its resource with a reason: accept(construct, { rule: reason }).\n`,
  );
  process.exit(1);
}
