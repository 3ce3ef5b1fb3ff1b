"use strict";
const LOG = 100;
const SESSIONS = 50;
const $ = (id) => document.getElementById(id);
const state = { about: null, paths: {}, accounts: [], account: null, sessions: [], visits: [], ahead: 0, unread: false, opened: new Set(), shown: new Set(), cards: new Map() };

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const read = async (path) => (await fetch(path)).json();
const send = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const control = (act) => `/_mock/accounts/${encodeURIComponent(state.account)}/${act}`;
const clock = (text) => text.slice(11, 19);
const day = (text) => text.slice(0, 10);
const pathOf = (url) => new URL(url).pathname;

const amount = (payment) => {
  const currency = String(payment.purchase_currency ?? "").toUpperCase();
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
    return format.format(Number(payment.order_amount) / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${payment.order_amount ?? ""} ${currency}`;
  }
};

const gap = (from, to) => {
  const minutes = Math.round((Date.parse(to) - Date.parse(from)) / 60000);
  const hours = Math.floor(Math.abs(minutes) / 60);
  const text = hours > 0 ? `${hours} h ${Math.abs(minutes) % 60} min` : `${Math.abs(minutes)} min`;
  return minutes < 0 ? `${text} ago` : `in ${text}`;
};

const words = (name) => name.toLowerCase().replaceAll("_", " ");
const now = () => new Date(Date.now() + state.ahead).toISOString();

const step = (status, at, name, note) =>
  make("li", { className: name }, make("b", {}, words(status)), make("time", { dateTime: at, title: at }, note ?? clock(at)));

const timeline = (session) => {
  const list = make("ol", { className: "timeline" });
  list.append(step("created", session.created_at, "WAITING"));
  for (const change of session.timeline) list.append(step(change.status, change.at, change.status));
  const over = ["COMPLETED", "CANCELLED", "DISABLED"].includes(session.status);
  if (session.expired && !over) list.append(step("expired", session.expires_at, "EXPIRED"));
  else if (!over) list.append(step("expires", session.expires_at, "ahead", gap(now(), session.expires_at)));
  return list;
};

const fact = (name, value, isLink) => {
  const shown = isLink ? make("a", { href: value }, value) : value;
  return [make("dt", {}, name), make("dd", { className: "mono" }, shown)];
};

const details = (session) => {
  const facts = make("dl", { className: "facts" });
  facts.append(...fact("session_id", session.session_id));
  facts.append(...fact(session.payment_session.provider, session.payment_session.url));
  for (const name of ["order_id", "klarna_reference", "authorization_token"])
    if (session[name]) facts.append(...fact(name, session[name]));
  for (const [name, url] of Object.entries(session.merchant_urls)) facts.append(...fact(name, url === "" ? "(empty)" : url));
  facts.append(...fact("page", session.links.redirect_url, true));
  const box = make("details", { open: state.opened.has(session.session_id) }, make("summary", {}, "Details"), facts);
  box.addEventListener("toggle", () => state.opened[box.open ? "add" : "delete"](session.session_id));
  return box;
};

const card = (session) => {
  const over = session.expired || ["COMPLETED", "CANCELLED", "DISABLED"].includes(session.status);
  const status = session.expired && session.status !== "COMPLETED" ? "EXPIRED" : session.status;
  const image = make("img", { className: "qr", alt: "QR code of the payment page", hidden: !state.shown.has(session.session_id) });
  if (!image.hidden) image.src = pathOf(session.links.qr_code_url);
  const code = make("button", { className: "button", type: "button", ariaExpanded: String(!image.hidden) }, "QR code");
  code.addEventListener("click", () => {
    image.src = pathOf(session.links.qr_code_url);
    image.hidden = !image.hidden;
    code.ariaExpanded = String(!image.hidden);
    state.shown[image.hidden ? "delete" : "add"](session.session_id);
  });
  const link = { className: over ? "button" : "button main", href: session.links.redirect_url, target: "_blank", rel: "noopener" };
  const actions = make("div", { className: "actions" }, make("a", link, "Open payment page"), code);
  if (!over) {
    const expire = make("button", { className: "button", type: "button" }, "Let it expire");
    expire.addEventListener("click", () => advanceTo(session.expires_at));
    actions.append(expire);
  }
  const top = make("div", { className: "top" },
    make("span", { className: "amount" }, amount(session.payment_session)),
    make("span", { className: "mono" }, session.session_id.length > 18 ? `${session.session_id.slice(0, 13)}…` : session.session_id),
    make("span", { className: `badge ${status}`, title: session.status }, words(status)));
  const article = make("article", { className: "panel session" }, top, timeline(session), actions, image, details(session));
  article.dataset.session = session.session_id;
  return article;
};

const firstSteps = () => {
  const base = state.about.base_url;
  const [path, id] = state.about.dialect === "klarna" ? ["/payments/v1/sessions", "session_id"] : ["/checkout/v3/orders", "order_id"];
  const text = `curl -u <username>:<password> ${base}${path} --json @purchase.json\n` +
    `curl -u <username>:<password> ${base}/hpp/v1/sessions --json '{"payment_session_url": "${base}${path}/<${id}>"}'`;
  return make("div", { className: "panel empty" }, "No session yet. Create a payment session, then a hosted session for it:", make("pre", {}, text));
};

/* A card that says the same as before stays, and with it the focus on its buttons. */
const keptCard = (session) => {
  const said = JSON.stringify(session) + gap(now(), session.expires_at);
  const kept = state.cards.get(session.session_id);
  return kept?.said === said ? kept : { said, element: card(session) };
};

const showSessions = () => {
  const kept = new Map(state.sessions.slice(0, SESSIONS).map((session) => [session.session_id, keptCard(session)]));
  state.cards = kept;
  const cards = [...kept.values()].map((it) => it.element);
  const standing = [...$("sessions").children];
  if (cards.length > 0 && standing.length === cards.length && cards.every((it, index) => it === standing[index])) return;
  $("sessions").replaceChildren(...(cards.length > 0 ? cards : [firstSteps()]));
  $("session-count").textContent = state.sessions.length > SESSIONS ? `newest ${SESSIONS}` : state.sessions.length || "";
};

const line = (visit) =>
  make("li", { className: visit.fresh ? "fresh" : "" },
    make("time", { dateTime: visit.at, title: visit.at }, clock(visit.at)),
    make("span", { className: "mono" }, visit.method),
    make("span", { className: "mono path" }, visit.path),
    make("span", { className: `mono code s${String(visit.status)[0]}`, title: `${visit.elapsed_us} µs` }, String(visit.status)));

const isMine = (visit) => visit.merchant_id === null || visit.merchant_id === state.account;

const showRequests = () => {
  const lines = state.visits.slice(0, LOG).map(line);
  for (const visit of state.visits) visit.fresh = false;
  $("requests").replaceChildren(...(lines.length > 0 ? lines : [make("li", { className: "none" }, "None yet.")]));
  $("request-count").textContent = state.visits.length >= LOG ? `latest ${LOG}` : "";
};

const showControls = () => {
  const account = state.accounts.find((it) => it.merchant_id === state.account);
  for (const button of document.querySelectorAll("[data-outcome]"))
    button.ariaPressed = String(button.dataset.outcome === (account.next_outcome ?? "approve"));
  const options = state.accounts.map((it) => make("option", { value: it.merchant_id }, `${it.merchant_id} (${it.username})`));
  if ($("account").options.length !== options.length) $("account").replaceChildren(...options);
  $("account").value = state.account;
  $("account-field").hidden = options.length < 2;
};

const tick = () => {
  const text = now();
  $("now").textContent = clock(text);
  $("day").textContent = `${day(text)}, UTC${state.ahead > 1500 ? `, ${gap(new Date().toISOString(), text).replace("in ", "")} ahead` : ""}`;
};

/* Lists that only some mocks keep: shown where the description names their path. */
const lists = {
  callbacks: (call) => [call.at, `${call.attempt ?? ""}`, call.url ?? call.event_id, call.status ?? call.trouble ?? "due"],
  outbox: (message) => [message.at, message.channel, `${message.to} ${message.link ?? ""}`, "sent"],
};

const showLists = async () => {
  for (const [name, cells] of Object.entries(lists)) {
    const section = $(name === "outbox" ? "outbox-section" : "callback-section");
    section.hidden = !(`/_mock/accounts/{merchant_id}/${name}` in state.paths);
    if (section.hidden) continue;
    const rows = (await read(control(name))).slice(-LOG).reverse().map((row) => {
      const [at, word, text, end] = cells(row);
      return make("li", {}, make("time", { dateTime: at ?? "" }, clock(at ?? "")), make("span", { className: "mono" }, word),
        make("span", { className: "mono path" }, text ?? ""), make("span", { className: `mono code s${String(end)[0]}` }, String(end)));
    });
    $(name).replaceChildren(...(rows.length > 0 ? rows : [make("li", { className: "none" }, "None yet.")]));
  }
};

/* A request is known by its number: the feed and the list tell of the same ones, in any order. */
const remember = (visits) => {
  const known = new Map([...visits, ...state.visits].map((visit) => [visit.number, visit]));
  state.visits = [...known.values()].filter(isMine).sort((a, b) => b.number - a.number).slice(0, LOG);
};

const refresh = async () => {
  state.accounts = await read("/_mock/accounts");
  if (!state.accounts.some((it) => it.merchant_id === state.account)) state.account = state.accounts[0].merchant_id;
  const account = state.accounts.find((it) => it.merchant_id === state.account);
  state.ahead = Date.parse(account.now) - Date.now();
  state.sessions = await read(control("sessions"));
  if (state.unread) {
    state.unread = false;
    remember(await read("/_mock/requests"));
    showRequests();
  }
  showControls();
  showSessions();
  tick();
  await showLists();
};

/* One reading at a time: an older answer never replaces a newer one. */
let pending = false;
let again = false;
const soon = async () => {
  if (pending) {
    again = true;
    return;
  }
  pending = true;
  showRequests();
  try {
    await refresh();
  } finally {
    setTimeout(() => {
      pending = false;
      if (again) {
        again = false;
        soon();
      }
    }, 300);
  }
};

const reload = () => {
  state.unread = true;
  return soon();
};

const advance = (seconds) => send(control("clock"), { advance_seconds: seconds });
const advanceTo = (time) => advance(Math.max(0, Math.ceil((Date.parse(time) - Date.parse(now())) / 1000)));

for (const button of document.querySelectorAll("[data-advance]"))
  button.addEventListener("click", () => advance(Number(button.dataset.advance)));
for (const button of document.querySelectorAll("[data-outcome]"))
  button.addEventListener("click", () => send(control("outcome"), { next: button.dataset.outcome }));
$("expire").addEventListener("click", () => {
  const session = state.sessions.find((it) => !it.expired && !["COMPLETED", "CANCELLED", "DISABLED"].includes(it.status));
  if (session) advanceTo(session.expires_at);
});
$("account").addEventListener("change", () => {
  state.account = $("account").value;
  reload();
});

const watch = () => {
  const feed = new EventSource("/_mock/events");
  const live = $("live");
  feed.addEventListener("hello", () => {
    live.dataset.on = "";
    live.textContent = "live";
    state.visits = [];
    reload();
  });
  feed.addEventListener("request", (event) => {
    const visit = JSON.parse(event.data);
    remember([{ ...visit, fresh: true }]);
    soon();
  });
  feed.addEventListener("callback", soon);
  feed.addEventListener("missed", reload);
  feed.addEventListener("error", () => {
    delete live.dataset.on;
    live.textContent = "not connected";
  });
};

const start = async () => {
  state.about = await read("/_mock");
  state.paths = (await read("/_mock/openapi.json")).paths ?? {};
  $("about").textContent = `speaks ${state.about.dialect} at ${state.about.base_url}`;
  await reload();
  setInterval(tick, 1000);
  watch();
};
start();
