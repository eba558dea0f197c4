import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** CloudFormation's template, as far as tests edit it. */
export interface EditedTemplate {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; Condition?: string }>;
}

export interface AssemblyEdit {
  /** The assembly to start from. It stays as it is. */
  readonly original: string;
  /** Receives the edited assembly. */
  readonly directory: string;
  /** File name of the template. */
  readonly template: string;
  edit(template: EditedTemplate): void;
}

/** A batch of attempts is collected for a second instead of a minute. */
export function countSoon(template: EditedTemplate): void {
  for (const mapping of mappingsOf(template)) {
    if (mapping.MaximumBatchingWindowInSeconds !== undefined) mapping.MaximumBatchingWindowInSeconds = 1;
  }
}

/** The properties of each event source mapping. */
export function mappingsOf({ Resources }: EditedTemplate): readonly Record<string, unknown>[] {
  return Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::EventSourceMapping' && Properties !== undefined ? [Properties] : [],
  );
}

/**
 * An assembly whose template is edited. Everything else is the original's, by links: its functions then also share the
 * original's compiled code.
 */
export function editAssembly({ original, directory, template, edit }: AssemblyEdit): void {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(original)) symlinkSync(resolve(original, name), join(directory, name));
  const path = join(directory, template);
  const edited = JSON.parse(readFileSync(path, 'utf8')) as EditedTemplate;
  edit(edited);
  // The link, not the original.
  rmSync(path);
  writeFileSync(path, JSON.stringify(edited));
}
