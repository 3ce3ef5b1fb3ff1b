// Reads the document of the current frame at once: where it is, what it shows, and what can be found in it.
// arguments[0]: { find: [selector], parts: [[selector, reading]], text: longest text }
const rules = arguments[0];
const faults = [];
const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest('[aria-hidden="true"], [inert]');
const all = (selector) => {
  try {
    return [...document.querySelectorAll(selector)];
  } catch {
    faults.push(selector);
    return [];
  }
};
const isOff = (element) =>
  element.disabled || ["aria-disabled", "aria-busy"].some((name) => element.getAttribute(name) === "true");
const state = (selector) => {
  const elements = all(selector);
  const visible = elements.filter(shown);
  if (visible.length === 0) return elements.length === 0 ? "absent" : "hidden";
  // A move uses the first visible element.
  return isOff(visible[0]) ? "disabled" : "usable";
};
const readings = {
  text: (element) => element.innerText.trim().slice(0, rules.text),
  value: (element) => element.value,
  image: (element) => element.currentSrc || element.src,
  background: (element) => /url\("?([^")]*)/.exec(getComputedStyle(element).backgroundImage)?.[1] ?? "",
};
const stored = () => {
  try {
    return sessionStorage.length > 0;
  } catch {
    return false;
  }
};
// Whether this is the empty document that a frame has before its own comes. It may see its frame even if its own may not.
const isPending = () => {
  if (location.href !== "about:blank" || window.top === window.self) return false;
  try {
    const source = frameElement?.getAttribute("src") ?? "";
    return source !== "" && !/^(about|javascript):/i.test(source);
  } catch {
    return false;
  }
};
// What may still fill a document, or has failed to: scripts, and whatever is loaded from elsewhere.
const sources =
  'script, link[rel~="stylesheet" i], iframe, frame, object, embed, img, video, meta[http-equiv="refresh" i]';
return {
  document: performance.timeOrigin,
  // An error page of Firefox has the address of what did not come.
  url: /^about:(net|cert)error/.test(document.documentURI) ? document.documentURI : location.href,
  title: document.title,
  status: performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0,
  loading: document.readyState === "loading",
  complete: document.readyState === "complete" && !isPending(),
  empty:
    !document.querySelector(sources) &&
    ![...document.querySelectorAll("body *")].some((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width > 0 && height > 0 && shown(element);
    }),
  text: (document.body ? document.body.innerText : "").trim().slice(0, rules.text),
  // A document that is just replaced has no root.
  language: document.documentElement?.lang || null,
  parts: rules.parts.map(([selector, reading]) =>
    all(selector).filter(shown).map(readings[reading]).filter(Boolean),
  ),
  top: window.top === window.self,
  scripted: document.scripts.length > 0 || stored(),
  found: rules.find.map(state),
  faults,
};
