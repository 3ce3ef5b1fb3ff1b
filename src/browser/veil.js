// Hides for one picture what somebody may have typed and what may be a QR code. Called with `false`, it shows everything again.
// Returns how many frames the document has, or null if it is too large, or if it was cut off before its body: the browser has nothing to draw
// then, and waits for ever. Only styles of elements change, which a content security policy does not forbid.
const [hides] = arguments;
const HIDDEN = Symbol.for("hidden for a picture");
const TYPED = "input:not([type=button], [type=submit], [type=reset], [type=checkbox], [type=radio], [type=range], [type=color]), textarea";
const DRAWN = ["IMG", "CANVAS", "SVG", "OBJECT", "EMBED", "VIDEO"];
const MOST_ELEMENTS = 20000, SMALLEST = 48;

function* elementsOf(root) {
  for (const element of root.querySelectorAll("*")) {
    yield element;
    if (element.shadowRoot) yield* elementsOf(element.shadowRoot);
  }
}

function isSquare(element) {
  const { width, height } = element.getBoundingClientRect();
  return width >= SMALLEST && Math.abs(width - height) <= width / 10;
}

// An element in another document has another class, so its tag tells what it is.
const isDrawn = element =>
  DRAWN.includes(element.tagName.toUpperCase()) || getComputedStyle(element).backgroundImage.includes("url(");

function hide(element, properties) {
  window[HIDDEN].push([element, element.getAttribute("style"), element.style.cssText]);
  for (const [name, value] of Object.entries({ transition: "none", animation: "none", ...properties }))
    element.style.setProperty(name, value, "important");
}

if (hides) {
  if (!document.body && document.readyState === "loading") return null;
  window[HIDDEN] = [];
  let count = 0;
  for (const element of elementsOf(document)) {
    if (++count > MOST_ELEMENTS) return null;
    if (!element.style) continue;
    if (element.matches(TYPED)) hide(element, { "-webkit-text-fill-color": "transparent", "text-shadow": "none" });
    else if (isSquare(element) && isDrawn(element)) hide(element, { opacity: "0" });
  }
} else {
  for (const [element, attribute, text] of window[HIDDEN] ?? [])
    if (attribute === null) element.removeAttribute("style");
    else element.style.cssText = text;
  delete window[HIDDEN];
}
return { frames: window.length };
