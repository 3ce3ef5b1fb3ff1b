// What every document of a skin can do. `session` is what the mock knows of this session.
// The top document keeps what the consumer has chosen, and it alone presses a button of the mock.
// `course` is what varies from session to session.
const { course } = session;
const one = (selector) => document.querySelector(selector);
const later = (act, after = course.delay) => setTimeout(act, after);

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

// The consumer's choices, in the top document.
window.purchase = { category: session.categories[0]?.value ?? "", isDenied: false };

// Presses a button of the mock, as its own page does. What is pressed twice is sent once.
window.move = (name) => {
  if (one("form[hidden]")) return;
  const field = (of, value) => element("input", { type: "hidden", name: of, value });
  const fields = [field("move", name), field("payment_method_category", purchase.category)];
  const form = element("form", { method: "post", action: session.action, hidden: "" }, ...fields);
  document.body.append(form);
  form.requestSubmit();
};

// The way out: back in a web shop, cancel elsewhere. Only the way back has a documented id.
const wayOut = (button) => {
  if (session.way_out === null) return button.remove();
  if (session.way_out !== "back") {
    button.removeAttribute("id");
    button.textContent = button.dataset.cancel;
  }
  button.addEventListener("click", () => move(session.way_out));
};

// Puts a frame into a place, a moment later.
const frame = (place, part, attributes) =>
  later(() => place.replaceChildren(element("iframe", { src: session.frames + part, ...attributes })));

// Whether people see and reach an element. Hidden ones stay in the document, as on the real pages.
const reveal = (shown, isShown) => {
  shown.inert = !isShown;
  shown.setAttribute("aria-hidden", String(!isShown));
};

// Shows one screen of this document, and hides the others.
const show = (name) => {
  for (const screen of document.querySelectorAll("[data-step]")) reveal(screen, screen.dataset.step === name);
};

// Goes from screen to screen, and loads a moment before each. A screen that does not fit any more is left out.
const walk = (names, done, { fits = {}, entered = () => {} } = {}) => {
  const enter = (name) => {
    show(name);
    entered(name);
  };
  return () => {
    enter("loading");
    later(() => {
      while (names.length > 0 && fits[names[0]]?.() === false) names.shift();
      if (names.length === 0) done();
      else enter(names.shift());
    });
  };
};

// Makes a button work. It may miss its first presses.
const press = (button, act, misses = 0) => {
  let left = misses;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (button.closest("[inert]")) return;
    if (left > 0) left -= 1;
    else act(button);
  });
};

// Says that what stands in a field cannot be used.
const complain = (field) => {
  const told = field.closest("section").querySelector("[role=alert]");
  told.textContent = told.dataset.text;
};

// A choice of one of several: rows of value and name.
const choice = (place, name, rows, attributes, act) => {
  for (const [index, row] of rows.entries()) {
    const radio = element("input", { type: "radio", name, value: row.value, ...attributes(row) });
    radio.checked = index === 0;
    radio.addEventListener("change", () => act(row));
    place.append(element("label", {}, radio, element("span", {}, row.name)));
  }
};

// The numbers of test consumers who are declined, without the country's prefix: Austria, Belgium, Germany.
const DENIED_NUMBERS = ["6762600745", "485212123", "17610927312"];

// Asks who pays, by e-mail or phone. The test identities of the documentation decide how the payment ends.
const identify = (field, button, next) => {
  // What was typed first may vanish once, so it must be read back.
  if (course.forgets) field.addEventListener("input", () => later(() => (field.value = ""), 60), { once: true });
  const read = () => {
    if (field.closest("[inert]")) return;
    const text = field.value.trim();
    const digits = text.replace(/\D/g, "");
    if (!/^\S+@\S+\.\w+$/.test(text) && (digits.length < 7 || /[a-z@]/i.test(text))) return complain(field);
    top.purchase.isDenied = /\+denied@/i.test(text) || DENIED_NUMBERS.some((number) => digits.endsWith(number));
    next();
  };
  press(button, () => later(read, 120), course.misses);
};

// Asks for the code of a message. The sixth digit is enough, and nobody presses anything.
const confirmCode = (field, next) =>
  field.addEventListener("input", () => {
    if (!/^\d{6}$/.test(field.value) || field.closest("[inert]")) return;
    if (field.value !== "999999") return next();
    field.value = "";
    complain(field);
  });

// The end: the consumer reads of a decline before the shop hears of it.
const finish = () => {
  if (!top.purchase.isDenied) return top.move("approve");
  show("declined");
  later(() => top.move("decline"), 3 * course.delay);
};
