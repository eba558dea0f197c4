import { usageFailure } from '../command-line/exit-status.ts';

/** The address of a receiver, with its path and query as they were given. @throws CommandFailure if it cannot be called */
export function receiverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.username === '') {
    url.hash = '';
    return url.href;
  }
  throw usageFailure(
    `${text} is not the address of a receiver.`,
    'It looks like https://shop.example/hook or http://localhost:3000/hook.',
  );
}
