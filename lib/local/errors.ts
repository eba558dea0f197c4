/** Why the local cloud refuses to start or cannot continue. The codes are stable, so that commands can branch on them. */
export type LocalCloudErrorCode =
  | 'assembly_unreadable'
  | 'unsupported_template'
  | 'unknown_resource'
  | 'data_dir_in_use'
  | 'data_dir_refused'
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
