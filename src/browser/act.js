// Does the actions of a move that are in this document. If the screen is given, only while the document still shows it.
// arguments[0]: { screen: { document, present } or null, actions: [{ click }, { type, into } or { set, into }], leaves }
const { screen, actions, leaves } = arguments[0];
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
if (leaves) {
  // The form is sent as if the tab closed right after: nobody follows where its answer leads.
  const send = (event) => {
    event.preventDefault();
    const { target: form, submitter } = event;
    const fields = new URLSearchParams(new FormData(form, submitter));
    fetch(form.action, { method: form.method, body: fields, redirect: "manual", keepalive: true }).catch(() => {});
  };
  document.addEventListener("submit", send, { capture: true, once: true });
}
const pointer = (element, type) => {
  const box = element.getBoundingClientRect();
  const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
  const Kind = type.startsWith("pointer") ? PointerEvent : MouseEvent;
  element.dispatchEvent(new Kind(type, { ...at, bubbles: true, cancelable: true, composed: true, button: 0, view: window }));
};
for (const action of actions) {
  const selector = action.click ?? action.into;
  const elements = all(selector);
  if (!elements) return { result: "invalid", selector };
  const element = action.set === undefined ? elements.find(shown) : elements[0];
  if (!element) return { result: elements.length === 0 ? "absent" : "hidden", selector };
  if (element.disabled) return { result: "disabled", selector };
  element.focus();
  if (action.click !== undefined) {
    for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup"]) pointer(element, type);
    element.click();
  } else {
    // A framework that guards `value` notices only the setter of the prototype.
    const value = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), "value");
    if (!value?.set) return { result: "fieldless", selector };
    value.set.call(element, action.type ?? action.set);
    for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
  }
}
return { result: "done" };
