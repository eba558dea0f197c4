/** An error as an AWS service answers it. */
export class AwsFault extends Error {
  /** The service's name of the error, such as `ConflictException`. */
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.statusCode = statusCode;
  }
}
