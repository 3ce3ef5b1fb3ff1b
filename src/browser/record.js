// Tells what a person clicks and types in this document, and by which names the elements can be found again. Runs in a world of its own.
// `TELL` is the name of the function that takes a message. What is typed into fields for passwords and cards is never told.
(() => {
  // A window that a page opens keeps its global object when its own document comes. Then the script runs anew, and its earlier listeners go.
  if (globalThis.recorded === document) return;
  globalThis.recorded = document;
  globalThis.earlier?.abort();
  globalThis.earlier = new AbortController();
  const CLICKABLE =
    'button, a[href], input, select, textarea, summary, label, [role="button"], [role="radio"], [role="checkbox"], [role="link"], [role="option"]';
  const PLAIN = ["submit", "button", "reset", "image", "checkbox", "radio", "range", "color", "file"];
  const TESTS = ["data-testid", "data-test-id", "data-test", "data-qa", "data-cy"];
  const MOST_SEEN = 60, LONGEST_NAME = 80;
  // A name that a program made up: it has many digits, or letters without a word.
  const GENERATED = /^\d|\d{4,}|[0-9a-f]{8,}|[:«»]|__|[a-z]{2,}-[A-Za-z]*\d[A-Za-z0-9]{3,}$/;
  const isName = (value) => value && value.length <= LONGEST_NAME && !GENERATED.test(value) && !/\s{2,}|\n/.test(value);
  const shown = (element) =>
    element.getClientRects().length > 0 &&
    getComputedStyle(element).visibility === "visible" &&
    !element.closest('[aria-hidden="true"], [inert]');
  const isText = (element) =>
    element.localName === "textarea" || (element.localName === "input" && !PLAIN.includes(element.type));
  const isSole = (selector, element) => [...document.querySelectorAll(selector)].find(shown) === element;
  const quoted = (value) => JSON.stringify(value);

  const names = function* (element) {
    const value = (name) => element.getAttribute(name);
    if (isName(element.id)) yield `#${CSS.escape(element.id)}`;
    const own = [...element.attributes].map((attribute) => attribute.name).filter((name) => /^data-.*element$/.test(name));
    for (const name of [...TESTS, ...own]) if (isName(value(name))) yield `[${name}=${quoted(value(name))}]`;
    if (isName(value("name"))) {
      const named = `${element.localName}[name=${quoted(value("name"))}]`;
      const choice = value("value");
      if (isName(choice) && !isText(element)) yield `${named}[value=${quoted(choice)}]`;
      yield named;
    }
    if (isName(value("for"))) yield `label[for=${quoted(value("for"))}]`;
    if (isName(value("title"))) yield `${element.localName}[title=${quoted(value("title"))}]`;
  };
  const stable = (element) => [...names(element)].find((selector) => isSole(selector, element) || !shown(element));
  // Without a name of its own, an element is found by its place below the nearest one that has a name.
  const selectorOf = (element) => {
    const own = stable(element);
    if (own) return { selector: own, stable: true };
    let path = "";
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const named = at === element ? undefined : stable(at);
      if (named) return { selector: `${named}${path}`, stable: false };
      const alike = [...(at.parentElement?.children ?? [])].filter((other) => other.localName === at.localName);
      const step = alike.length > 1 ? `${at.localName}:nth-of-type(${alike.indexOf(at) + 1})` : at.localName;
      path = ` > ${step}${path}`;
    }
    return { selector: path.slice(3) || element.localName, stable: false };
  };
  globalThis.selectorOf = (element) => selectorOf(element).selector;

  // The names of what is visible now: they tell this state of the document from others.
  const seen = () => {
    const found = new Set();
    for (const element of document.querySelectorAll("[id], [data-testid], [data-test], [data-qa], input, button, main, form")) {
      if (found.size === MOST_SEEN) break;
      const selector = shown(element) && stable(element);
      if (selector) found.add(selector);
    }
    return [...found];
  };
  const words = (element) =>
    ["autocomplete", "type", "name", "id", "data-testid", "placeholder"].map((name) => element.getAttribute(name) ?? "").join(" ").toLowerCase();
  const KINDS = [
    ["password", /password|passwort|\bpin\b/],
    ["card_number", /cc-number|card-?_?number|numberinput|\biban\b|\bpan\b/],
    ["card_expiry", /cc-exp|expir/],
    ["card_code", /cc-csc|\bcv[cv2]|cvcinput|security-?_?code/],
    ["code", /one-time-code|\botp|otp_|verification/],
    ["email", /e-?mail/],
    ["phone", /phone|\btel\b/],
    ["postal_code", /postal|\bzip/],
  ];
  const SECRET = ["password", "card_number", "card_expiry", "card_code"];
  const kindOf = (element) => {
    const told = words(element);
    const kind = KINDS.find(([, pattern]) => pattern.test(told))?.[0];
    const own = (element.name || element.id || element.getAttribute("data-testid") || "").toLowerCase().replace(/[^a-z0-9]+/g, "_");
    return kind ?? (/^[a-z][a-z0-9_]{0,30}$/.test(own) ? own : "text");
  };
  const tell = (act) => globalThis[TELL]?.(JSON.stringify({ ...act, seen: seen() }));

  // The fields since the last click that did more than choose something, with their selectors. Those that have gone are told once.
  let used = new Map();
  const gone = () => {
    const left = [...used].filter(([field]) => !field.isConnected || !shown(field));
    for (const [field] of left) used.delete(field);
    return left.map(([, selector]) => selector);
  };
  const type = (element) => {
    const kind = kindOf(element);
    const isSecret = SECRET.includes(kind) || /^[\d -]{12,}$/.test(element.value);
    const isChoice = element.localName === "select";
    const found = selectorOf(element);
    tell({ act: "type", ...found, kind, text: isSecret ? null : element.value, choice: isChoice, gone: gone() });
    used.set(element, found.selector);
  };
  const onInput = (event) => {
    const element = event.composedPath()[0];
    if (event.isTrusted && element instanceof Element && (isText(element) || element.localName === "select")) type(element);
  };
  const isChoice = (field) => field?.localName === "input" && ["checkbox", "radio"].includes(field.type);
  let labelled;
  const onClick = (event) => {
    const at = event.composedPath()[0];
    if (!event.isTrusted || !(at instanceof Element)) return;
    const clicked = at.closest(CLICKABLE) ?? at;
    // A click on a label comes again as a click on its field.
    const isEcho = labelled === clicked;
    const isLabel = clicked.localName === "label";
    labelled = isLabel ? clicked.control : undefined;
    const field = isLabel ? clicked.control : clicked;
    if (isEcho || ["HTML", "BODY"].includes(clicked.tagName) || (field && (isText(field) || field.localName === "select"))) return;
    // What is chosen is the field, if people can see it. A field has its new state before its click is told, but after that of its label.
    const element = isChoice(field) && shown(field) ? field : clicked;
    const isOn = isLabel ? field?.type === "radio" || !field?.checked : field?.checked;
    const chosen = isChoice(element) ? { on: isOn } : {};
    const found = selectorOf(element);
    tell({ act: "click", ...found, ...chosen, choice: isChoice(field), gone: gone() });
    if (isChoice(field)) used.set(element, found.selector);
    else used = new Map();
  };
  const options = { capture: true, signal: globalThis.earlier.signal };
  addEventListener("input", onInput, options);
  addEventListener("click", onClick, options);
})();
