import { findOutputs } from './deployment.ts';

/** A name that is safe as a variable of the shell. */
const NAME = /^[A-Za-z_]\w*$/;

/**
 * The outputs of a deployment as lines for `eval` in a shell, so that the runbook's commands need no names looked up. For
 * the local service, also its endpoints and credentials, as the variables that the AWS CLI reads.
 */
export function exportLines(options: Parameters<typeof findOutputs>[0]): readonly string[] {
  const { outputs, environment } = findOutputs(options);
  return Object.entries({ ...environment, ...outputs })
    .filter(([name]) => NAME.test(name))
    .map(([name, value]) => `export ${name}=${quoted(value)}`);
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
