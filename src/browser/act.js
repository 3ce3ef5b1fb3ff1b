// Makes one move, in the document and on the screen it is meant for, or touches nothing.
// arguments[0]: { document, present, actions: [{ click } or { type, into }], leaves }
const { document: origin, present, actions, leaves } = arguments[0];
const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest('[aria-hidden="true"], [inert]');
const find = (selector) => [...document.querySelectorAll(selector)].find(shown);
if (performance.timeOrigin !== origin || !find(present)) return "changed";
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
  const element = find(action.click ?? action.into);
  if (!element || element.disabled) return "missing";
  element.focus();
  if (action.click !== undefined) {
    for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup"]) pointer(element, type);
    element.click();
  } else {
    // A framework that guards `value` notices only the setter of the prototype.
    const prototype = element instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, "value").set.call(element, action.type);
    for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
  }
}
return "done";
