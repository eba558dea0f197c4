import MiniSearch from 'minisearch';

/* Search, copy buttons and the list of pages on a phone. Without this script all pages are there, only without them. */

const root = document.body.dataset.root;
const input = document.getElementById('search');
const results = document.getElementById('results');
const MOST = 12;
const SNIPPET = 140;
const TEXTS =
  document.documentElement.lang === 'zh-CN'
    ? { nothing: '没有找到', copy: '复制', copied: '已复制' }
    : { nothing: 'Nothing found', copy: 'Copy', copied: 'Copied' };

/** Words; of Chinese text each character, since words have no spaces there. */
const words = (text) => text.match(/\p{Script=Han}|[\p{L}\p{N}_]+/gu) ?? [];

/** `rotation` also finds `rotate`: endings are cut from what is searched, and prefixes match. */
const stem = (term) =>
  term.toLowerCase().replace(/(?<=\p{L}{4})(?:i?ations?|ions?|ing|ed|ies|es|[esy])$/u, '');

let index;

/** Loads what is searched when it is first needed. A script, because files opened without a server cannot be fetched. */
function loaded() {
  index ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${root}search-entries.js`;
    script.onload = () => {
      const search = new MiniSearch({
        idField: 'url',
        fields: ['heading', 'page', 'text'],
        storeFields: ['heading', 'page', 'text'],
        tokenize: words,
        searchOptions: {
          boost: { heading: 4, page: 2 },
          prefix: true,
          fuzzy: 0.15,
          combineWith: 'AND',
          processTerm: stem,
        },
      });
      search.addAll(globalThis.tidingsSearchEntries);
      resolve(search);
    };
    script.onerror = reject;
    document.head.append(script);
  });
  return index;
}

async function find() {
  const query = input.value.trim();
  const search = await loaded();
  if (query !== input.value.trim()) return;
  const hits = query === '' ? [] : search.search(query).slice(0, MOST);
  results.replaceChildren(...hits.map((hit) => item(hit, query)));
  results.hidden = query === '';
  if (query !== '' && hits.length === 0) results.append(nothing());
}

function item({ id, heading, page, text }, query) {
  const link = document.createElement('a');
  link.href = root + id;
  const [title, snippet] = ['strong', 'small'].map((name) => document.createElement(name));
  title.textContent = heading === page ? page : `${page} › ${heading}`;
  const at = Math.max(0, text.toLowerCase().indexOf(words(query.toLowerCase())[0] ?? '') - SNIPPET / 3);
  snippet.textContent = text.slice(at, at + SNIPPET);
  link.append(title, snippet);
  const entry = document.createElement('li');
  entry.append(link);
  return entry;
}

function nothing() {
  const entry = document.createElement('li');
  entry.textContent = TEXTS.nothing;
  return entry;
}

function close() {
  results.hidden = true;
}

input.addEventListener('focus', loaded);
input.addEventListener('input', find);
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    input.focus();
  }
  if (event.key === 'Escape') close();
  const links = [...results.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  if (!results.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    (next < 0 ? input : links[Math.min(next, links.length - 1)])?.focus();
  }
  if (event.key === 'Enter' && event.target === input) links[0]?.click();
});
document.addEventListener('click', (event) => {
  if (!event.target.closest('.search')) close();
});

for (const block of document.querySelectorAll('main .code')) {
  const button = document.createElement('button');
  button.className = 'copy';
  button.type = 'button';
  button.textContent = TEXTS.copy;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code').textContent);
    button.textContent = TEXTS.copied;
    setTimeout(() => {
      button.textContent = TEXTS.copy;
    }, 2_000);
  });
  block.append(button);
}

if (matchMedia('(max-width: 60rem)').matches) document.querySelector('.pages').open = false;
