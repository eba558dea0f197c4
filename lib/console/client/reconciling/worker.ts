import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import { compareFile } from './compare-file.ts';
import type { Job, News } from './messages.ts';
import { createAsk, Unanswered } from './service-questions.ts';

/** Compares a ledger beside the page, which stays responsive. */

const tell = (news: News) => postMessage(news);

addEventListener('message', (event: MessageEvent<Job>) => {
  const job = event.data;
  compareFile(job, {
    ask: createAsk(job),
    onProgress: (step, part) => tell({ kind: 'progress', step, part }),
  }).then(
    (result) => tell({ kind: 'done', result }),
    (error: unknown) => tell(failureOf(error)),
  );
});

function failureOf(error: unknown): News {
  if (error instanceof ReconcileFailure) return { kind: 'failed', code: error.code, message: error.message };
  if (error instanceof Unanswered) return { kind: 'failed', code: error.code, message: '' };
  // The browser stops reading a file that was changed or removed.
  const isFile = error instanceof DOMException;
  return { kind: 'failed', code: isFile ? 'file_changed' : 'internal', message: isFile ? '' : String(error) };
}
