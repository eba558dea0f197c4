import type { Node } from 'constructs';
import type { NotificationServiceProps } from './props.ts';
import { PROP_NAMES } from './read-props.ts';
import { WrongPropsError } from './wrong-props-error.ts';

/** Context of the CDK itself has one of these characters in its names: `@aws-cdk/…`, `aws:cdk:…`. */
const CDK_NAME = /[@:/]/;

/**
 * Reads the props from the context, as `npm run deploy -- -c retentionDays=400` gives them. Numbers, booleans, lists and
 * objects are JSON; everything else is text. `readProps` checks the values afterwards.
 *
 * @throws Error that names each context value that is not a prop: a typing error must not deploy a default instead
 */
export function propsFromContext(node: Node): NotificationServiceProps {
  const context: Readonly<Record<string, unknown>> = node.getAllContext();
  const names = Object.keys(context).filter((name) => !CDK_NAME.test(name));
  const unknown = names.filter((name) => !PROP_NAMES.includes(name));
  if (unknown.length > 0) {
    throw new WrongPropsError(
      `Not a prop of NotificationService: -c ${unknown.join(', -c ')}. The props are ${PROP_NAMES.join(', ')}.`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, readValue(context[name])]));
}

function readValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
