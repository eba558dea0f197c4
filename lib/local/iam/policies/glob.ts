/** Whether a text fits a pattern. */
export type Glob = (text: string) => boolean;

const ARN_PARTS = 6;

/** Compiles a pattern of IAM: `*` stands for any characters, `?` for one. */
export function compileGlob(pattern: string): Glob {
  if (pattern === '*') return () => true;
  const wild = pattern.search(/[*?]/);
  if (wild < 0) return (text) => text === pattern;
  if (wild === pattern.length - 1 && pattern.endsWith('*')) {
    const start = pattern.slice(0, -1);
    return (text) => text.startsWith(start);
  }
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}

/** Whether a text is an ARN, wildcards included: six parts. The last may contain colons. */
export function isArn(text: string): boolean {
  return text.startsWith('arn:') && text.split(':').length >= ARN_PARTS;
}

/** Compiles an ARN pattern. A wildcard stays within its part (IAM user guide, "ARN condition operators"). */
export function compileArnGlob(pattern: string): Glob {
  if (pattern === '*') return () => true;
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const globs = arnParts(pattern).map(compileGlob);
  return (text) => {
    const parts = arnParts(text);
    return parts.length === globs.length && globs.every((glob, index) => glob(parts[index] ?? ''));
  };
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}
