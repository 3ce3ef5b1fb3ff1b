'use strict';
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  document.documentElement.classList.add('scripted');

  // A link into a closed part opens it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === 'DETAILS') part.open = true;
    }
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  reveal();

  const form = document.querySelector('form.filter');
  const bodies = all('table.matrix tbody');
  const total = all('table.matrix tr[data-level]').length;
  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const body of bodies) {
      let any = false;
      for (const row of all('tr[data-level]', body)) {
        const cells = all('td.cell', row).filter(cell => !wanted.target || cell.dataset.target === wanted.target);
        const fits = (!wanted.area || body.dataset.area === wanted.area)
          && (!wanted.level || row.dataset.level === wanted.level)
          && (!wanted.standing || cells.some(cell => cell.dataset.standing === wanted.standing))
          && words.every(word => row.textContent.toLowerCase().includes(word));
        row.hidden = !fits;
        any = any || fits;
        shown += fits ? 1 : 0;
      }
      body.hidden = !any;
    }
    for (const cell of all('table.matrix [data-target]')) {
      cell.hidden = Boolean(wanted.target) && cell.dataset.target !== wanted.target;
    }
    form.querySelector('output').textContent = shown === total ? `${total} requirements` : `${shown} of ${total} requirements`;
  };
  form.addEventListener('input', filter);
  form.addEventListener('reset', () => requestAnimationFrame(filter));
  form.addEventListener('submit', event => event.preventDefault());
  filter();

  // n and p walk through the failures.
  const failures = all('article.failure');
  let current = -1;
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const step = { n: 1, p: -1 }[event.key];
    if (!step || !failures.length) return;
    current = Math.min(Math.max(current + step, 0), failures.length - 1);
    history.replaceState(null, '', `#${failures[current].id}`);
    failures[current].scrollIntoView();
    failures[current].focus({ preventScroll: true });
  });
})();
