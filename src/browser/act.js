// Does the actions of a move that are in this document. If the screen is given, only while the document still shows it.
// What is typed is read back, and typed again if it has vanished.
// arguments[0]: { screen: { document, present } or null, actions, leaves }. An action is
// { click }, { press }, { type, into } or { set, into }, each with `optional`.
const { screen, actions, leaves } = arguments[0];
// How often a text is typed, how long it must stay in its field, in milliseconds, and how often a button may still be asleep then.
const TYPINGS = 5, STAY = 60, LOOKS = 20;
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
const pause = () => new Promise((done) => setTimeout(done, STAY));
const isOff = (element) =>
  element.disabled || ["aria-disabled", "aria-busy"].some((name) => element.getAttribute(name) === "true");
const first = (selector) => all(selector)?.find(shown);
const put = (element, text) => {
  // A framework that guards `value` notices only the setter of the prototype.
  const value = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), "value");
  if (!value?.set) return false;
  element.focus();
  value.set.call(element, text);
  for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
  return true;
};
const typed = [];
// The first field that stays empty. A field that is gone has been taken.
const forgetful = async () => {
  for (let typings = 1; ; typings++) {
    await pause();
    const lost = typed.filter(({ into, type }) => type !== "" && first(into)?.value === "");
    if (lost.length === 0 || typings === TYPINGS) return lost[0];
    for (const { into, type } of lost) put(first(into), type);
  }
};
const run = async () => {
  for (const action of actions) {
    const selector = action.click ?? action.press ?? action.into;
    if (action.into === undefined && typed.length > 0) {
      const lost = await forgetful();
      if (lost) return { result: "forgetful", selector: lost.into };
      for (let looks = 0; looks < LOOKS && first(selector) && isOff(first(selector)); looks++) await pause();
    }
    const elements = all(selector);
    if (!elements) return { result: "invalid", selector };
    const element = action.set === undefined ? elements.find(shown) : elements[0];
    if (!element && action.optional) continue;
    if (!element) return { result: elements.length === 0 ? "absent" : "hidden", selector };
    if (action.set === undefined ? isOff(element) : element.disabled) return { result: "disabled", selector };
    if (action.into === undefined) {
      element.focus();
      if (action.click !== undefined)
        for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup"]) pointer(element, type);
      element.click();
    } else if (!put(element, action.type ?? action.set)) {
      return { result: "fieldless", selector };
    } else if (action.type !== undefined) {
      typed.push(action);
    }
  }
  const isTypedLast = actions.at(-1)?.type !== undefined;
  const lost = isTypedLast ? await forgetful() : undefined;
  return lost ? { result: "forgetful", selector: lost.into } : { result: "done" };
};
return run();
