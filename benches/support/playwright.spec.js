// The peer of benches/browser.rs: the same scenarios for Playwright Test, sharing one page, cookies cleared in between.
const { test, expect, chromium } = require('@playwright/test');
const fs = require('fs');
const https = require('https');

const base = process.env.HPP_BASE_URL;
const authorization =
  'Basic ' + Buffer.from(`${process.env.HPP_USERNAME}:${process.env.HPP_PASSWORD}`).toString('base64');
const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => fs.existsSync(path));

const merchant = https.createServer(
  { key: process.env.HPP_MERCHANT_KEY, cert: process.env.HPP_MERCHANT_CERTIFICATE },
  (request, response) => response.setHeader('content-type', 'text/html').end('<title>Merchant</title>back'));

let browser, context, page;

test.beforeAll(async () => {
  await new Promise((listening) => merchant.listen(0, '127.0.0.1', listening));
  const site = `MAP merchant.example 127.0.0.1:${merchant.address().port}`;
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', `--host-resolver-rules=${site}`] });
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
});

test.afterAll(async () => {
  await browser.close();
  merchant.closeAllConnections();
  merchant.close();
});

async function post(path, body) {
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
  return answer.json();
}

for (let number = 0; number < Number(process.env.HPP_SCENARIOS); number++) {
  test(`consumer ${number} goes back`, async () => {
    const payment = await post('/payments/v1/sessions', {
      purchase_country: 'DE', purchase_currency: 'EUR', locale: 'de-DE', order_amount: 1000,
      order_lines: [{ name: 'Tea', quantity: 1, unit_price: 1000, total_amount: 1000 }],
    });
    const back = `https://merchant.example/${number}/back`;
    const hosted = await post('/hpp/v1/sessions', {
      payment_session_url: `${base}/payments/v1/sessions/${payment.session_id}`,
      merchant_urls: { back: `${back}?session_id={{session_id}}` },
    });
    await page.goto(hosted.redirect_url);
    await page.click('[data-move=back]');
    await page.waitForURL(`${back}?session_id=${hosted.session_id}`);
    expect(await page.textContent('body')).toContain('back');
    await context.clearCookies();
  });
}
