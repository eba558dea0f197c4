/** An error in the form in which an AWS service returns it. */
export class AwsFault extends Error {
  /** The service's error code, such as `ConflictException`. */
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.statusCode = statusCode;
  }
}
