import type { OperationPlace } from '../../lib/api/http/allowed-methods.ts';

/** Where every operation of the API is. The bundler puts it in: the operations themselves would be 20 KB more. JSON. */
declare const API_PATHS: string;

/** A function, so that the configuration is read first. */
export const apiPaths = (): readonly OperationPlace[] => JSON.parse(API_PATHS);
