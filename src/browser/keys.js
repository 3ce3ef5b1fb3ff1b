// Makes the first visible field of a selector ready for the keyboard: it has the focus, and what is typed replaces its value.
// arguments[0]: { screen: { document, present } or null, into }
const { screen, into } = arguments[0];
const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest('[aria-hidden="true"], [inert]');
const all = (selector) => {
  try {
    return [...document.querySelectorAll(selector)];
  } catch {
    return undefined;
  }
};
if (screen && (performance.timeOrigin !== screen.document || !all(screen.present)?.some(shown))) return { result: "changed" };
const elements = all(into);
if (!elements) return { result: "invalid" };
const element = elements.find(shown);
if (!element) return { result: elements.length === 0 ? "absent" : "hidden" };
if (element.disabled) return { result: "disabled" };
if (!("value" in element)) return { result: "fieldless" };
element.focus();
element.select?.();
return { result: "ready" };
