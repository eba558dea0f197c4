/** Why the local cloud refuses to start or cannot continue. The codes are stable, so that commands can branch on them. */
export type LocalCloudErrorCode =
  | 'assembly_unreadable'
  | 'unsupported_template'
  | 'permission_missing'
  | 'unknown_resource'
  | 'data_dir_in_use'
  | 'data_dir_refused'
  | 'data_dir_damaged'
  | 'data_dir_outdated'
  | 'dynamodb_unavailable'
  | 'port_in_use'
  | 'synthesis_failed';

/** A fault of the settings or the template. The message says what to do about it. */
export class LocalCloudError extends Error {
  readonly code: LocalCloudErrorCode;

  constructor(code: LocalCloudErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalCloudError';
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs all tasks and returns their results.
 * @throws LocalCloudError `unsupported_template` with the messages of all that failed, so that people see them at once
 */
export function collecting<Result>(tasks: readonly (() => Result)[]): readonly Result[] {
  const problems: string[] = [];
  const results: Result[] = [];
  for (const task of tasks) {
    try {
      results.push(task());
    } catch (error) {
      if (!(error instanceof LocalCloudError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new LocalCloudError('unsupported_template', problems.join('\n'));
  return results;
}
