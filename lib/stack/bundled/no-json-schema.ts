/**
 * Stands for zod's translation of schemas to JSON Schema in the bundles. No function translates any: the OpenAPI document is
 * made beforehand. Each schema refers to its translator, so a bundler cannot see that, and the code is 18 KB of each bundle.
 */

/** Stands for every translator of a kind of schema. */
export function noProcessor(): never {
  throw new Error('The bundles have no code for JSON Schema: see lib/stack/bundled.');
}

export const createToJSONSchemaMethod = () => noProcessor;
export const createStandardJSONSchemaMethod = () => noProcessor;
