import type { z } from 'zod';
import { LocalCloudError } from '../errors.ts';
import type { Assembly, TemplateResource } from './assembly.ts';
import { createResolver, type Resolver } from './intrinsics.ts';
import type { Json } from './json-object.ts';
import { isObject } from './json-object.ts';
import type { Addresses, PhysicalResource } from './physical.ts';
import { describePhysical } from './physical.ts';
import type { PropertiesOf } from './properties.ts';
import { HONOURED_PROPERTIES } from './properties.ts';
import type { ReadType } from './resource-types.ts';
import { IGNORED_PROPERTIES, treatmentOf } from './resource-types.ts';

/** A resource with its name and its honoured properties; all intrinsic functions are resolved. */
export interface Resource<Type extends ReadType> {
  readonly logicalId: string;
  readonly physical: PhysicalResource;
  readonly properties: PropertiesOf<Type>;
}

/** The template, checked and resolved. */
export interface Stack {
  readonly name: string;
  readonly physical: readonly PhysicalResource[];
  readonly outputs: Readonly<Record<string, string>>;
  ofType<Type extends ReadType>(type: Type): readonly Resource<Type>[];
}

/**
 * Checks every resource against the lists and resolves the honoured properties.
 * @throws LocalCloudError `unsupported_template` with all problems in one message
 */
export function resolveStack(assembly: Assembly, addresses: Addresses): Stack {
  const physicalById = new Map<string, PhysicalResource>();
  const resolver = createResolver(assembly, {
    ref: (logicalId) => physicalById.get(logicalId)?.ref,
    attribute: (logicalId, attribute) => physicalById.get(logicalId)?.attributes[attribute],
  });
  const resources = assembly.resources.filter(
    ({ condition, logicalId }) => condition === undefined || resolver.condition(condition, logicalId),
  );
  for (const resource of resources) {
    physicalById.set(resource.logicalId, describePhysical(resource, assembly.stackName, addresses));
  }
  const problems: string[] = [];
  const byType = new Map<string, Resource<ReadType>[]>();
  for (const resource of resources) {
    const physical = physicalById.get(resource.logicalId);
    try {
      const type = listedType(resource);
      if (type === undefined || physical === undefined) continue;
      const properties = readProperties(resource, type, (value, at) => resolver.resolve(value, at));
      const same = byType.get(type) ?? [];
      byType.set(type, [...same, { logicalId: resource.logicalId, physical, properties }]);
    } catch (error) {
      if (!(error instanceof LocalCloudError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new LocalCloudError('unsupported_template', problems.join('\n'));
  return {
    name: assembly.stackName,
    physical: [...physicalById.values()],
    outputs: outputsOf(assembly, resolver),
    ofType: <Type extends ReadType>(type: Type) =>
      (byType.get(type) ?? []) as unknown as readonly Resource<Type>[],
  };
}

/**
 * Returns the outputs whose values are known locally. Values of inert resources are unknown, and nothing depends on
 * outputs.
 */
function outputsOf({ outputs }: Assembly, resolver: Resolver): Readonly<Record<string, string>> {
  const known: Record<string, string> = {};
  for (const [name, output] of Object.entries(outputs)) {
    if (!isObject(output) || output.Value === undefined) continue;
    try {
      known[name] = String(resolver.resolve(output.Value, `Outputs.${name}`));
    } catch (error) {
      if (!(error instanceof LocalCloudError)) throw error;
    }
  }
  return known;
}

function listedType(resource: TemplateResource): ReadType | undefined {
  const treatment = treatmentOf(resource.type);
  if (treatment === undefined) {
    throw new LocalCloudError(
      'unsupported_template',
      `${resource.logicalId} is of type ${resource.type}, which the local cloud neither runs, substitutes, nor ` +
        'knows to be inert. Add the type to one of the lists in lib/local/template/resource-types.ts ' +
        '(and implement it, unless it is inert), or remove the resource from the stack.',
    );
  }
  return treatment.kind === 'inert' ? undefined : treatment.type;
}

function readProperties(
  resource: TemplateResource,
  type: ReadType,
  resolve: (value: Json, at: string) => Json | undefined,
): PropertiesOf<ReadType> {
  const schema: z.ZodObject = HONOURED_PROPERTIES[type];
  const ignored = IGNORED_PROPERTIES[type];
  const honoured: Record<string, Json> = {};
  for (const [property, value] of Object.entries(resource.properties)) {
    if (ignored.includes(property) || value === undefined) continue;
    const resolved = resolve(value, `${resource.logicalId}.${property}`);
    if (resolved !== undefined) honoured[property] = resolved;
  }
  const parsed = schema.safeParse(honoured);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'properties'}: ${issue.message}`,
    );
    throw new LocalCloudError(
      'unsupported_template',
      `${resource.logicalId} (${type}) has properties that the local cloud does not support: ${issues.join('; ')}. ` +
        'Remove them, or implement them and add them to lib/local/template/properties.ts.',
    );
  }
  return parsed.data as PropertiesOf<ReadType>;
}
