// What the peers of benches/browser.rs share: the merchant's site, and a hosted session for a consumer who goes back.
const fs = require('fs');
const https = require('https');

const base = process.env.HPP_BASE_URL;
const authorization =
  'Basic ' + Buffer.from(`${process.env.HPP_USERNAME}:${process.env.HPP_PASSWORD}`).toString('base64');

const site = https.createServer(
  { key: process.env.HPP_MERCHANT_KEY, cert: process.env.HPP_MERCHANT_CERTIFICATE },
  (request, response) => response.setHeader('content-type', 'text/html').end('<title>Merchant</title>back'));

async function post(path, body) {
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
  return answer.json();
}

module.exports = {
  site,
  // Starts the site; gives how to start a browser that finds it.
  async open() {
    await new Promise((listening) => site.listen(0, '127.0.0.1', listening));
    const rule = `MAP merchant.example 127.0.0.1:${site.address().port}`;
    return {
      executablePath: ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => fs.existsSync(path)),
      args: ['--no-sandbox', `--host-resolver-rules=${rule}`],
    };
  },
  close() {
    site.closeAllConnections();
    site.close();
  },
  // Creates a hosted session; gives its page, and where the consumer lands.
  async session(number) {
    const payment = await post('/payments/v1/sessions', {
      purchase_country: 'DE', purchase_currency: 'EUR', locale: 'de-DE', order_amount: 1000,
      order_lines: [{ name: 'Tea', quantity: 1, unit_price: 1000, total_amount: 1000 }],
    });
    const back = `https://merchant.example/${number}/back?session_id=`;
    const hosted = await post('/hpp/v1/sessions', {
      payment_session_url: `${base}/payments/v1/sessions/${payment.session_id}`,
      merchant_urls: { back: `${back}{{session_id}}` },
    });
    return { page: hosted.redirect_url, landing: back + hosted.session_id };
  },
};
