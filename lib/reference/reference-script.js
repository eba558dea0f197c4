/* The filter and the copy buttons of the reference. Without this script the page is whole, only without them. */

const filter = document.getElementById('filter');
const found = document.getElementById('found');
const articles = [...document.querySelectorAll('main article')].map((element) => ({
  element,
  text: element.textContent.toLowerCase(),
}));
const sections = [...document.querySelectorAll('main > section, nav > section')];

function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { element, text } of articles) {
    element.hidden = !words.every((word) => text.includes(word));
    if (!element.hidden) shown += 1;
  }
  for (const link of document.querySelectorAll('nav li a')) {
    const target = document.getElementById(link.hash.slice(1));
    link.parentElement.hidden = target?.tagName === 'ARTICLE' && target.hidden;
  }
  for (const section of sections) {
    const parts = [...section.querySelectorAll('article, li')];
    section.hidden = words.length > 0 && parts.every((part) => part.hidden);
  }
  found.textContent = words.length === 0 ? '' : `${shown} found`;
}

filter.addEventListener('input', show);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && event.target !== filter) {
    event.preventDefault();
    filter.focus();
  } else if (event.key === 'Escape' && event.target === filter) {
    filter.value = '';
    show();
  }
});

/** A link leads to what it names, also where the filter has hidden it. */
addEventListener('hashchange', () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.closest('[hidden]') === null || target === null) return;
  filter.value = '';
  show();
  target.scrollIntoView();
});

for (const block of document.querySelectorAll('main pre')) {
  const button = document.createElement('button');
  button.className = 'copy';
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code').textContent);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2_000);
  });
  block.prepend(button);
}
