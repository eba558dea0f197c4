import { readFileSync } from 'node:fs';
import { jsonTextOf } from '../../protocol/json/json-values.ts';
import { usageFailure } from './exit-status.ts';

/** @throws CommandFailure if there is no such file, or it has no JSON */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usageFailure(`${path} cannot be read: ${(error as Error).message}.`);
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw usageFailure(`${path} is no JSON: ${(error as Error).message}.`);
  }
}

/** The JSON of a file; undefined if it cannot be read or has none. */
export function jsonFileOf(path: string): unknown {
  try {
    return jsonTextOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
