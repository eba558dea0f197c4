/** Why the local cloud refuses to start or to go on: stable, so that a command can tell them apart. */
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

/** A fault of the setting or of the template, with what to do about it in the message. */
export class LocalCloudError extends Error {
  readonly code: LocalCloudErrorCode;

  constructor(code: LocalCloudErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalCloudError';
    this.code = code;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
