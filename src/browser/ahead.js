// Takes speculation rules out of a document before the browser reads them. What it fetches ahead of a navigation is not shown to the guard.
// The first document of a window runs it twice in one world.
{
  const RULES = 'script[type="speculationrules" i]';
  new MutationObserver((records) => {
    for (const node of records.flatMap((record) => [...record.addedNodes])) {
      if (!(node instanceof Element)) continue;
      for (const script of node.querySelectorAll(RULES)) script.remove();
      if (node.matches(RULES)) node.remove();
    }
  }).observe(document, { childList: true, subtree: true });
}
