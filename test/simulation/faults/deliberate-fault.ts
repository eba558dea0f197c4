import { noteReached } from './injection.ts';

/** A deliberate fault: what is put into the code at its hook point, and who must find it. */
export interface DeliberateFault {
  readonly name: string;
  readonly at: HookPoint;
  /** Nets that would mend it. They are turned off, so that the fault itself is seen. */
  readonly without?: readonly ('sweep' | 'audit')[];
  /** Runs only seeds that are multiples of this: those whose story shows the fault. */
  readonly every?: number;
  /** A test file that must fail with the fault in the code. Default: the simulation must find it. */
  readonly test?: string;
}

/**
 * Exports of a module that are replaced for everything that imports the module, except the module itself. A fault that
 * belongs inside a module is put one step further out: into a port that it is given, or a module that it imports.
 *
 * Every hooked module imports all fault files. So these import types, and values only from modules that import no others
 * with values of their own (`time.ts`): anything else may be a circle.
 */
export interface HookPoint {
  /** Names the module. Only its address is used: the hook does not load it. */
  readonly module: () => Promise<unknown>;
  /** What to make of each replaced export, by its name. */
  readonly replacements: ReadonlyMap<string, (real: unknown) => unknown>;
}

/** Makes other exports of a module's exports. Typed by the module, so that renaming a hook point fails the type check. */
type Wraps<Module> = { readonly [Name in keyof Module]?: (real: Module[Name]) => Module[Name] };

/**
 * Replaces exported functions. Each call of a replacement counts as reaching the fault.
 *
 * @example hook(() => import('…/schedule.ts'), { nextDelay: () => () => 'exhausted' })
 */
export function hook<Module extends object>(
  module: () => Promise<Module>,
  wraps: Wraps<NoInfer<Module>>,
): HookPoint {
  const { replacements } = hookInside(module, wraps);
  const counted = [...replacements].map(
    ([name, wrap]) => [name, (real: unknown) => counting(wrap(real))] as const,
  );
  return { module, replacements: new Map(counted) };
}

/**
 * Replaces exported functions by ones that do the same with {@link altered} objects: the ports given to a use case, or
 * what a factory creates. Only calls of altered methods count as reaching the fault.
 */
export function hookInside<Module extends object>(
  module: () => Promise<Module>,
  wraps: Wraps<NoInfer<Module>>,
): HookPoint {
  return { module, replacements: new Map(Object.entries(wraps)) as HookPoint['replacements'] };
}

/** The same object with some methods replaced. Each call of a replacement counts as reaching the fault. */
export function altered<T extends object>(object: T, changes: Partial<NoInfer<T>>): T {
  const counted = Object.entries(changes).map(([name, method]) => [name, counting(method)]);
  return { ...object, ...Object.fromEntries(counted) };
}

function counting(replacement: unknown): unknown {
  if (typeof replacement !== 'function') throw new Error('Only functions can be replaced.');
  return (...args: unknown[]) => {
    noteReached();
    return replacement(...args);
  };
}

/** In place of a method whose effect is left out. */
export async function nothing(): Promise<void> {}
