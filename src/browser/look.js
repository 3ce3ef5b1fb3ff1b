// Reads the document of the current frame at once: where it stands, what it shows, which rules of the page driver match.
// arguments[0]: { screens: [{ present, moves: [[name, selector]] }], endings: [selector or null], parts: [[selector, reading]],
// text: longest text }
const rules = arguments[0];
const faults = [];
const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest('[aria-hidden="true"], [inert]');
const find = (selector) => {
  try {
    return [...document.querySelectorAll(selector)].find(shown);
  } catch {
    faults.push(selector);
    return undefined;
  }
};
const readings = {
  text: (element) => element.innerText.trim().slice(0, rules.text),
  value: (element) => element.value,
  image: (element) => element.currentSrc || element.src,
  background: (element) => /url\("?([^")]*)/.exec(getComputedStyle(element).backgroundImage)?.[1] ?? "",
};
const parts = rules.parts.map(([selector, reading]) => {
  try {
    return [...document.querySelectorAll(selector)].filter(shown).map(readings[reading]).filter(Boolean);
  } catch {
    faults.push(selector);
    return [];
  }
});
const screens = rules.screens.map((screen) => ({
  present: Boolean(find(screen.present)),
  offers: screen.moves
    .filter(([, selector]) => {
      const control = find(selector);
      return control && !control.disabled;
    })
    .map(([name]) => name),
}));
const stored = () => {
  try {
    return sessionStorage.length > 0;
  } catch {
    return false;
  }
};
return {
  document: performance.timeOrigin,
  url: location.href,
  title: document.title,
  loading: document.readyState === "loading",
  complete: document.readyState === "complete",
  empty: ![...document.querySelectorAll("body *")].some((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 && shown(element);
  }),
  text: (document.body ? document.body.innerText : "").trim().slice(0, rules.text),
  language: document.documentElement.lang || null,
  parts,
  top: window.top === window.self,
  scripted: document.scripts.length > 0 || stored(),
  screens,
  endings: rules.endings.map((selector) => selector === null || Boolean(find(selector))),
  faults,
};
