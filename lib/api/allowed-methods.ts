/** The paths of an API with their methods, as OpenAPI lists them: `{ '/v1/keys/{keyId}': { delete: … } }`. */
export type Paths = Readonly<Record<string, object>>;

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'patch', 'delete']);

/** The methods that some operation takes at a path, such as `['GET', 'POST']`; none where there is no such path. */
export function allowedMethods(paths: Paths, path: string): readonly string[] {
  const parts = path.split('/');
  const found = Object.entries(paths)
    .filter(([template]) => isMatch(template.split('/'), parts))
    .flatMap(([, operations]) => Object.keys(operations))
    .filter((method) => METHODS.has(method));
  return [...new Set(found)].map((method) => method.toUpperCase()).sort();
}

function isMatch(template: readonly string[], parts: readonly string[]): boolean {
  if (template.length !== parts.length) return false;
  return template.every((segment, index) => {
    const part = parts[index];
    return segment.startsWith('{') ? part !== '' : segment === part;
  });
}
