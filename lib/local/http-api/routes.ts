/** The route that a request matched. */
export interface RouteMatch<Target> {
  readonly routeKey: string;
  readonly target: Target;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** A route and the target that serves it. */
export interface Route<Target> {
  /** A route key: `GET /v1/things/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly target: Target;
}

interface CompiledRoute<Target> extends Route<Target> {
  readonly method: string;
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter' | 'greedy'; readonly name: string };

const RANK = { literal: 0, parameter: 1, greedy: 2 } as const;

/**
 * Matches routes as an HTTP API does. The most specific path wins (literal over `{parameter}` over `{proxy+}`, from
 * left to right), then the exact method over `ANY`. `$default` applies if nothing else matches.
 */
export function createRouter<Target>(routes: readonly Route<Target>[]) {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map(compile)
    .sort(bySpecificity);

  return (method: string, path: string): RouteMatch<Target> | undefined => {
    const parts = path.split('/').slice(1);
    for (const route of compiled) {
      if (route.method !== 'ANY' && route.method !== method) continue;
      const pathParameters = match(route.segments, parts);
      if (pathParameters !== undefined)
        return { routeKey: route.routeKey, target: route.target, pathParameters };
    }
    return fallback === undefined
      ? undefined
      : { routeKey: fallback.routeKey, target: fallback.target, pathParameters: {} };
  };
}

function compile<Target>(route: Route<Target>): CompiledRoute<Target> {
  const [method = '', path = ''] = route.routeKey.split(' ');
  return { ...route, method, segments: path.split('/').slice(1).map(readSegment) };
}

function readSegment(text: string): Segment {
  const name = /^\{(.+?)(\+?)\}$/.exec(text);
  if (name === null) return { kind: 'literal', text };
  return { kind: name[2] === '+' ? 'greedy' : 'parameter', name: name[1] ?? '' };
}

function bySpecificity<Target>(left: CompiledRoute<Target>, right: CompiledRoute<Target>): number {
  const length = Math.min(left.segments.length, right.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(left.segments[index]) - rank(right.segments[index]);
    if (difference !== 0) return difference;
  }
  const lengths = right.segments.length - left.segments.length;
  return lengths !== 0 ? lengths : Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function rank(segment: Segment | undefined): number {
  return segment === undefined ? RANK.greedy : RANK[segment.kind];
}

function match(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.kind === 'greedy') {
      const rest = parts.slice(index).join('/');
      if (rest === '') return undefined;
      parameters[segment.name] = rest;
      return parameters;
    }
    if (segment.kind === 'literal' ? segment.text !== part : part === '') return undefined;
    if (segment.kind === 'parameter') parameters[segment.name] = part;
  }
  return parts.length === segments.length ? parameters : undefined;
}
