import type { Operation } from '../contract/operation.ts';

/** Where an operation is. */
export type OperationPlace = Pick<Operation, 'method' | 'path'>;

/** The methods that operations accept at a path, such as `['GET', 'POST']`. Empty if the path does not exist. */
export function allowedMethods(operations: readonly OperationPlace[], path: string): readonly string[] {
  const parts = path.split('/');
  const found = operations.filter((operation) => isMatch(operation.path.split('/'), parts));
  return [...new Set(found.map(({ method }) => method.toUpperCase()))].sort();
}

function isMatch(template: readonly string[], parts: readonly string[]): boolean {
  if (template.length !== parts.length) return false;
  return template.every((segment, index) => {
    const part = parts[index];
    return segment.startsWith('{') ? part !== '' : segment === part;
  });
}
