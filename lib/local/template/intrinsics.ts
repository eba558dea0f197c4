import { LocalCloudError } from '../errors.ts';
import type { Assembly } from './assembly.ts';
import type { Json, JsonObject } from './json-object.ts';
import { isObject } from './json-object.ts';

/** The region and account of the local cloud. The emulators use the same account. */
export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT = '000000000000';

/** The results of `Ref` and `Fn::GetAtt` for a resource. */
export interface References {
  ref(logicalId: string): string | undefined;
  attribute(logicalId: string, attribute: string): string | undefined;
}

/** Resolves template values to plain values. */
export interface Resolver {
  /** @param at location of the value (`Queue1234.Properties`), for the error message */
  resolve(value: Json, at: string): Json | undefined;
  condition(name: string, at: string): boolean;
}

const SUBSTITUTION = /\$\{(!?)([^}]+)\}/g;

/**
 * Resolves the intrinsic functions that CDK emits. `undefined` stands for `AWS::NoValue`; members that resolve to it
 * are omitted.
 * @throws LocalCloudError `unsupported_template` for an unknown function or name: a wrong value without an error
 * would make the local run differ from the deployed one
 */
export function createResolver(
  assembly: Pick<Assembly, 'stackName' | 'conditions' | 'parameters' | 'mappings'>,
  references: References,
): Resolver {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': LOCAL_REGION,
    'AWS::AccountId': LOCAL_ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': assembly.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stack/${assembly.stackName}/local`,
  };

  function resolve(value: Json, at: string): Json | undefined {
    if (Array.isArray(value)) {
      return value.map((item) => resolve(item, at)).filter((item) => item !== undefined);
    }
    if (!isObject(value)) return checkDynamicReference(value, at);
    const [name] = Object.keys(value);
    const isFunction = name === 'Ref' || name === 'Condition' || name?.startsWith('Fn::');
    if (name !== undefined && isFunction && Object.keys(value).length === 1) {
      // `Condition` is also an ordinary key with an object as value (in IAM statements).
      if (name !== 'Condition' || typeof value[name] === 'string') return call(name, value[name] ?? null, at);
    }
    const result: Record<string, Json> = {};
    for (const [key, member] of Object.entries(value)) {
      const resolved = member === undefined ? undefined : resolve(member, at);
      if (resolved !== undefined) result[key] = resolved;
    }
    return result;
  }

  function call(name: string, argument: Json, at: string): Json | undefined {
    switch (name) {
      case 'Ref':
        return ref(String(argument), at);
      case 'Condition':
        return condition(String(argument), at);
      case 'Fn::GetAtt': {
        const [logicalId = '', ...rest] = Array.isArray(argument)
          ? argument.map(String)
          : String(argument).split('.');
        return attribute(logicalId, rest.join('.'), at);
      }
      case 'Fn::Join': {
        const [separator, parts] = list(argument, at);
        return list(parts, at).map(String).join(String(separator));
      }
      case 'Fn::Select': {
        const [index, parts] = list(argument, at);
        const selected = list(parts, at)[Number(index)];
        return selected ?? unsupported(at, `Fn::Select has no element ${String(index)}`);
      }
      case 'Fn::Split': {
        const [separator, text] = list(argument, at);
        return String(text).split(String(separator));
      }
      case 'Fn::Sub':
        return substitute(argument, at);
      case 'Fn::If': {
        const [name, yes, no] = Array.isArray(argument) ? argument : [];
        const branch = condition(String(name), at) ? yes : no;
        return branch === undefined ? undefined : resolve(branch, at);
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = list(argument, at).map(String);
        const entry = at3(assembly.mappings, map, first, second);
        return entry ?? unsupported(at, `Fn::FindInMap finds no ${map}.${first}.${second}`);
      }
      case 'Fn::Equals': {
        const [left, right] = list(argument, at);
        return JSON.stringify(left) === JSON.stringify(right);
      }
      case 'Fn::And':
        return list(argument, at).every((item) => item === true);
      case 'Fn::Or':
        return list(argument, at).some((item) => item === true);
      case 'Fn::Not':
        return list(argument, at)[0] !== true;
      default:
        return unsupported(at, `the local cloud does not know ${name}`);
    }
  }

  /** Resolves the arguments of a function. */
  function list(argument: Json | undefined, at: string): readonly Json[] {
    const resolved = argument === undefined ? undefined : resolve(argument, at);
    return Array.isArray(resolved) ? resolved : unsupported(at, 'the arguments of a function are not a list');
  }

  function ref(name: string, at: string): string | undefined {
    if (name === 'AWS::NoValue') return undefined;
    const parameter = assembly.parameters[name];
    if (isObject(parameter)) {
      const value = parameter.Default;
      return value === undefined || value === null
        ? unsupported(at, `parameter ${name} has no default`)
        : String(value);
    }
    return pseudo[name] ?? references.ref(name) ?? unsupported(at, `Ref to unknown ${name}`);
  }

  function attribute(logicalId: string, name: string, at: string): string {
    return (
      references.attribute(logicalId, name) ?? unsupported(at, `Fn::GetAtt of unknown ${logicalId}.${name}`)
    );
  }

  function substitute(argument: Json, at: string): string {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const own = (isObject(variables) ? resolve(variables, at) : {}) as JsonObject;
    return String(text).replace(SUBSTITUTION, (_match, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (own[name] !== undefined) return String(own[name]);
      const dot = name.indexOf('.');
      return dot < 0 ? (ref(name, at) ?? '') : attribute(name.slice(0, dot), name.slice(dot + 1), at);
    });
  }

  function condition(name: string, at: string): boolean {
    const definition = assembly.conditions[name];
    if (definition === undefined) return unsupported(at, `condition ${name} is not defined`);
    return resolve(definition, at) === true;
  }

  return { resolve, condition };
}

function at3(map: JsonObject, ...keys: readonly (string | undefined)[]): Json | undefined {
  let value: Json | undefined = map;
  for (const key of keys) value = isObject(value) && key !== undefined ? value[key] : undefined;
  return value;
}

function checkDynamicReference(value: Json, at: string): Json {
  return typeof value === 'string' && value.includes('{{resolve:')
    ? unsupported(at, `dynamic reference ${value}: read the value at run time instead`)
    : value;
}

function unsupported(at: string, what: string): never {
  throw new LocalCloudError('unsupported_template', `${at}: ${what}.`);
}
