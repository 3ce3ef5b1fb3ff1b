// Describes the current document for somebody who writes page rules: what it says, its buttons, fields and frames, and its elements.
// What somebody typed is left out, and so are scripts, styles and addresses. arguments[0]: { text: longest text, lines: most elements }
const { text: longest, lines: most } = arguments[0];
const KEPT = ["id", "name", "type", "role", "title", "for", "aria-hidden", "aria-disabled", "aria-modal", "inert", "hidden", "disabled"];
const LEFT_OUT = ["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "LINK", "META", "HEAD"];
const CLOSED = ["SVG", "SELECT", "CANVAS", "OBJECT"];
const LISTED = 60, LONGEST_LABEL = 80, LONGEST_VALUE = 60;
const shown = (element) =>
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === "visible" &&
  !element.closest('[aria-hidden="true"], [inert]');
const short = (text, length) => (text ?? "").replace(/\s+/g, " ").trim().slice(0, length);
const tag = (element) => {
  const names = [...element.attributes].map((attribute) => attribute.name);
  const kept = names.filter((name) => KEPT.includes(name) || name.startsWith("data-"));
  const told = kept.map((name) => {
    const value = short(element.getAttribute(name), LONGEST_VALUE);
    return value === "" ? name : `${name}="${value}"`;
  });
  return `<${[element.localName, ...told].join(" ")}>`;
};
const listed = (selector, told) => [...document.querySelectorAll(selector)].filter(shown).slice(0, LISTED).map(told);
const outline = [];
const walk = (element, depth) => {
  if (outline.length >= most || LEFT_OUT.includes(element.tagName.toUpperCase())) return;
  const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join(" ");
  const words = element.localName === "textarea" ? "" : short(own, LONGEST_LABEL);
  const hidden = element.getClientRects().length === 0 ? " (not shown)" : "";
  outline.push(`${"  ".repeat(Math.min(depth, 30))}${tag(element)}${hidden}${words && ` ${words}`}`);
  if (CLOSED.includes(element.tagName.toUpperCase())) return;
  for (const child of element.shadowRoot?.children ?? []) walk(child, depth + 1);
  for (const child of element.children) walk(child, depth + 1);
};
if (document.body) walk(document.body, 0);
return {
  frames: window.length,
  url: location.href,
  title: document.title,
  text: (document.body ? document.body.innerText : "").trim().slice(0, longest),
  buttons: listed('button, [role="button"], input[type="submit"], input[type="button"], a[href]', (element) => {
    const label = short(element.innerText || element.getAttribute("aria-label") || element.title, LONGEST_LABEL);
    return `${tag(element)} ${label}`.trim();
  }),
  fields: listed("input:not([type=submit], [type=button], [type=hidden]), select, textarea", (element) =>
    element.value === "" ? `${tag(element)} (empty)` : `${tag(element)} (filled)`,
  ),
  inside: [...document.querySelectorAll("iframe, frame")].slice(0, LISTED).map((element) =>
    shown(element) ? tag(element) : `${tag(element)} (hidden)`,
  ),
  outline,
};
