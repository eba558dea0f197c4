/** An emulator of somebody else could not be installed, started or deployed to. The message says what to do. */
export class EmulatorError extends Error {}
