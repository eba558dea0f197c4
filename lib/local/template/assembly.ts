import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalCloudError, messageOf } from '../errors.ts';
import type { Json, JsonObject } from './json-object.ts';
import { isObject } from './json-object.ts';

/** A resource as in the template: its properties may still contain intrinsic functions. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly condition: string | undefined;
  /** Path such as `Stack/Service/Queue/Resource`, if the assembly contains it. */
  readonly constructPath: string | undefined;
}

/** The one stack of a `cdk.out` directory, and the location of its assets on disk. */
export interface Assembly {
  /** Absolute path. */
  readonly directory: string;
  readonly stackName: string;
  readonly resources: readonly TemplateResource[];
  readonly conditions: JsonObject;
  readonly parameters: JsonObject;
  readonly mappings: JsonObject;
  readonly outputs: JsonObject;
  /** Absolute path of the folder or file behind an asset's S3 key (`<hash>.zip`). */
  assetPath(objectKey: string): string | undefined;
}

/**
 * Reads a synthesized assembly.
 * @throws LocalCloudError `assembly_unreadable` if it is missing or does not have exactly one stack
 */
export function loadAssembly(assemblyDir: string): Assembly {
  const directory = resolve(assemblyDir);
  const manifest = readJson(join(directory, 'manifest.json'));
  const artifacts = Object.entries(objectAt(manifest, 'artifacts'));
  const stacks = artifacts.filter(([, artifact]) => typeOf(artifact) === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new LocalCloudError(
      'assembly_unreadable',
      `${directory} has ${stacks.length} stacks; the local cloud runs assemblies of exactly one.`,
    );
  }
  const [artifactId, artifact] = stack;
  const properties = objectAt(artifact, 'properties');
  const template = readJson(join(directory, String(properties.templateFile)));
  const paths = constructPaths(directory, artifact);
  return {
    directory,
    stackName: typeof properties.stackName === 'string' ? properties.stackName : artifactId,
    resources: Object.entries(objectAt(template, 'Resources')).map(([logicalId, resource]) =>
      readResource(logicalId, resource, paths.get(logicalId)),
    ),
    conditions: objectAt(template, 'Conditions'),
    parameters: objectAt(template, 'Parameters'),
    mappings: objectAt(template, 'Mappings'),
    outputs: objectAt(template, 'Outputs'),
    assetPath: assetFinder(directory, artifacts),
  };
}

function readResource(
  logicalId: string,
  resource: Json | undefined,
  path: string | undefined,
): TemplateResource {
  const metadata = objectAt(resource, 'Metadata');
  const condition = isObject(resource) ? resource.Condition : undefined;
  const fromTemplate = metadata['aws:cdk:path'];
  return {
    logicalId,
    type: typeOf(resource, 'Type'),
    properties: objectAt(resource, 'Properties'),
    condition: typeof condition === 'string' ? condition : undefined,
    constructPath: path ?? (typeof fromTemplate === 'string' ? fromTemplate : undefined),
  };
}

/** Reads the construct paths. CDK writes them into the manifest or, for large stacks, into a file beside it. */
function constructPaths(directory: string, artifact: Json | undefined): ReadonlyMap<string, string> {
  const file = isObject(artifact) ? artifact.additionalMetadataFile : undefined;
  const metadata = {
    ...objectAt(artifact, 'metadata'),
    ...(typeof file === 'string' ? asObject(readJson(join(directory, file))) : {}),
  };
  const paths = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadata)) {
    if (!Array.isArray(entries)) continue;
    for (const entry of entries) {
      if (typeOf(entry) === 'aws:cdk:logicalId' && isObject(entry)) {
        paths.set(String(entry.data), path.replace(/^\//, ''));
      }
    }
  }
  return paths;
}

function assetFinder(directory: string, artifacts: readonly [string, Json | undefined][]) {
  const paths = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (typeOf(artifact) !== 'cdk:asset-manifest') continue;
    const assets = readJson(join(directory, String(objectAt(artifact, 'properties').file)));
    for (const asset of Object.values(objectAt(assets, 'files'))) {
      const path = objectAt(asset, 'source').path;
      if (typeof path !== 'string') continue;
      for (const destination of Object.values(objectAt(asset, 'destinations'))) {
        if (isObject(destination)) paths.set(String(destination.objectKey), resolve(directory, path));
      }
    }
  }
  return (objectKey: string) => paths.get(objectKey);
}

function readJson(path: string): Json {
  if (!existsSync(path)) {
    throw new LocalCloudError('assembly_unreadable', `${path} does not exist. Run \`npm run synth\` first.`);
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch (error) {
    throw new LocalCloudError('assembly_unreadable', `${path} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function objectAt(value: Json | undefined, key: string): JsonObject {
  return isObject(value) ? asObject(value[key]) : {};
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function typeOf(value: Json | undefined, key = 'type'): string {
  return isObject(value) ? String(value[key]) : '';
}
