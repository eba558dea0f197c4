import { onTestFinished } from 'vitest';
import {
  createHttpSender,
  type HttpSender,
  type HttpSenderOptions,
} from '../../../lib/adapters/http/http-sender.ts';
import { AUTHORITY } from './certificates.ts';
import { type Receiver, type ReceiverOptions, startReceiver } from './raw-receiver.ts';

/** A receiver and the sender that faces it; both end with the test. */
export async function faceReceiver(
  options: ReceiverOptions,
  settings: Partial<HttpSenderOptions> = {},
): Promise<{ readonly receiver: Receiver; readonly sender: HttpSender }> {
  const receiver = await startReceiver(options);
  const sender = createHttpSender({
    policy: { allowedPorts: [443], allowLoopback: true },
    now: () => performance.now(),
    trustedCertificates: [AUTHORITY],
    ...settings,
  });
  onTestFinished(async () => {
    sender.close();
    await receiver.stop();
  });
  return { receiver, sender };
}
