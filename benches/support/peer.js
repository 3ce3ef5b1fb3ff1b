// A plain Node server with the same duties as the mock's create call: HTTP Basic, validation, state, the same answer.
// `node peer.js PORT`; the benchmark measures the mock beside it.
"use strict";
const http = require("node:http");
const crypto = require("node:crypto");

const USERNAME = process.env.HPP_USERNAME;
const PASSWORD = process.env.HPP_PASSWORD;
const HOUR = 60 * 60 * 1000;
const BODY_LIMIT = 1024 * 1024;

const payments = new Map();
const sessions = new Map();
const pages = new Map();
let base = "";

const URL_NAMES = ["success", "cancel", "back", "failure", "error", "status_update"];
const WORDS = {
  place_order_mode: new Set(["NONE", "PLACE_ORDER", "CAPTURE_ORDER"]),
  purchase_type: new Set(["BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE"]),
  show_subtotal_detail: new Set(["HIDE"]),
};

class Problem extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const badValue = (name) => new Problem(400, "BAD_VALUE", `Bad value: ${name}`);
const notFound = (what) => new Problem(404, "NOT_FOUND", `no such ${what}`);

function send(response, status, body) {
  const id = crypto.randomUUID();
  const head = { Date: new Date().toUTCString(), "Klarna-Correlation-Id": id, "Cache-Control": "no-store" };
  if (body === undefined) {
    response.writeHead(status, head);
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  head["Content-Type"] = "application/json";
  head["Content-Length"] = Buffer.byteLength(text);
  response.writeHead(status, head);
  response.end(text);
}

function refuse(response, problem) {
  const id = crypto.randomUUID();
  const body = { error_code: problem.code ?? "ERROR", error_messages: [problem.message], correlation_id: id };
  send(response, problem.status ?? 500, body);
}

function authenticate(request) {
  const field = request.headers.authorization ?? "";
  const [scheme, token] = field.split(" ");
  if (scheme?.toLowerCase() !== "basic" || token === undefined) throw new Problem(401, "UNAUTHORIZED", "no credentials");
  const [username, ...rest] = Buffer.from(token, "base64").toString("utf8").split(":");
  if (username !== USERNAME || rest.join(":") !== PASSWORD) throw new Problem(401, "UNAUTHORIZED", "wrong credentials");
}

function readObject(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Problem(400, "BAD_REQUEST", "the body is not JSON");
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw new Problem(400, "BAD_REQUEST", "no object");
  return body;
}

function checkAmount(value, name) {
  if (!Number.isInteger(value) || value < 0) throw badValue(name);
}

function createPayment(body) {
  if (!/^[A-Za-z]{2}$/.test(body.purchase_country)) throw badValue("purchase_country");
  if (!/^[A-Za-z]{3}$/.test(body.purchase_currency)) throw badValue("purchase_currency");
  checkAmount(body.order_amount, "order_amount");
  if (!Array.isArray(body.order_lines) || body.order_lines.length === 0) throw badValue("order_lines");
  let sum = 0;
  for (const line of body.order_lines) {
    if (typeof line.name !== "string" || line.name === "") throw badValue("order_lines.name");
    checkAmount(line.quantity, "order_lines.quantity");
    checkAmount(line.total_amount, "order_lines.total_amount");
    sum += line.total_amount;
  }
  if (sum !== body.order_amount) throw badValue("order_amount");
  const id = crypto.randomUUID();
  payments.set(id, { id, document: body, created: Date.now(), sessions: [] });
  return [200, { client_token: crypto.randomBytes(24).toString("base64url"), payment_method_categories: [], session_id: id }];
}

function checkUrl(name, value) {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string" || /\s/.test(value)) throw badValue(`merchant_urls.${name}`);
  const filled = value.replaceAll(/\{\{\w+\}\}/g, "x");
  let url;
  try {
    url = new URL(filled);
  } catch {
    throw badValue(`merchant_urls.${name}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw badValue(`merchant_urls.${name}`);
  return value;
}

function checkOptions(options) {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" || Array.isArray(options)) throw badValue("options");
  for (const [name, known] of Object.entries(WORDS)) {
    const word = options[name];
    if (word !== undefined && word !== null && !known.has(String(word).toUpperCase())) throw badValue(`options.${name}`);
  }
  return options;
}

function findPayment(url) {
  const prefix = `${base}/payments/v1/sessions/`;
  if (typeof url !== "string" || !url.startsWith(prefix)) throw badValue("payment_session_url");
  const payment = payments.get(url.slice(prefix.length));
  if (payment === undefined || Date.now() >= payment.created + 47 * HOUR) throw notFound("payment session");
  return payment;
}

function createSession(body) {
  const payment = findPayment(body.payment_session_url);
  const given = body.merchant_urls ?? {};
  if (typeof given !== "object" || Array.isArray(given)) throw badValue("merchant_urls");
  const urls = {};
  for (const name of URL_NAMES) urls[name] = checkUrl(name, given[name]);
  const options = checkOptions(body.options);
  const id = crypto.randomUUID();
  const page = crypto.randomUUID().slice(0, 13);
  const now = new Date();
  const session = { id, payment, urls, options, page, status: "WAITING", created: now, updated: now };
  payment.sessions.push(session);
  sessions.set(id, session);
  pages.set(page, session);
  const url = `${base}/hpp/v1/sessions/${id}`;
  const token = crypto.randomUUID().slice(0, 13);
  return [201, {
    session_id: id,
    session_url: url,
    distribution_url: `${url}/distribution`,
    redirect_url: `${base}/pay/${page}`,
    qr_code_url: `${base}/qr/${page}`,
    expires_at: new Date(payment.created + 47 * HOUR).toISOString(),
    distribution_module: {
      token,
      standalone_url: `${base}/counter/${page}?token=${token}`,
      generation_url: `${url}/distribution-module/token`,
    },
  }];
}

function readSession(id) {
  const session = sessions.get(id);
  if (session === undefined) throw notFound("session");
  return [200, {
    session_id: id,
    status: session.status,
    updated_at: session.updated.toISOString(),
    expires_at: new Date(session.payment.created + 47 * HOUR).toISOString(),
  }];
}

function answer(request, text) {
  authenticate(request);
  if (request.method === "POST" && request.url === "/hpp/v1/sessions") return createSession(readObject(text));
  if (request.method === "POST" && request.url === "/payments/v1/sessions") return createPayment(readObject(text));
  const [, id] = /^\/hpp\/v1\/sessions\/([^/]+)$/.exec(request.url) ?? [];
  if (request.method === "GET" && id !== undefined) return readSession(id);
  throw notFound("resource");
}

const server = http.createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  });
  request.on("end", () => {
    try {
      if (size > BODY_LIMIT) throw new Problem(413, "PAYLOAD_TOO_LARGE", "too large");
      send(response, ...answer(request, Buffer.concat(chunks).toString("utf8")));
    } catch (problem) {
      refuse(response, problem);
    }
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  base = `http://127.0.0.1:${server.address().port}`;
  console.log(`listening at ${base}`);
});
