// Finds the first visible frame of a selector in the current document, and tells whether there is a hidden one.
// arguments[0]: the selector
const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest('[aria-hidden="true"], [inert]');
let elements;
try {
  elements = [...document.querySelectorAll(arguments[0])];
} catch {
  elements = [];
}
return { frame: elements.find(shown) ?? null, hidden: elements.length > 0 };
