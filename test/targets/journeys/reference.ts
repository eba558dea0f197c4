import assert from 'node:assert/strict';
import type { Journey } from '../suite/scene.ts';

export const reference: Journey = {
  name: 'reference',
  shows: 'the API shows its own reference as a page and as a document, without a key',
  async run({ target }) {
    const [page, document] = await Promise.all(
      ['/docs', '/openapi.json'].map(async (path) => {
        const answer = await fetch(`${target.apiUrl}${path}`);
        return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
      }),
    );
    assert.equal(page?.status, 200);
    assert.match(page.type ?? '', /^text\/html/);
    assert.match(page.text, /id="recordTransaction"[\s\S]*id="outcome_conflict"/);
    assert.equal(document?.status, 200);
    assert.equal(JSON.parse(document.text).openapi, '3.1.0');
  },
};
