// The peer of benches/browser.rs: the same scenarios for puppeteer-core, sharing one page, cookies cleared in between.
// Prints the milliseconds of each.
const puppeteer = require('puppeteer-core');
const shop = require('./shop.js');

(async () => {
  const browser = await puppeteer.launch({ ...(await shop.open()), acceptInsecureCerts: true });
  const page = await browser.newPage();
  const spans = [];
  for (let number = 0; number < Number(process.env.HPP_SCENARIOS); number++) {
    const began = performance.now();
    const session = await shop.session(number);
    await page.goto(session.page);
    await Promise.all([page.waitForNavigation(), page.click('[data-move=back]')]);
    const text = await page.evaluate(() => document.body.textContent);
    if (page.url() !== session.landing || !text.includes('back')) throw new Error(`landed at ${page.url()}: ${text}`);
    await browser.deleteCookie(...(await browser.cookies()));
    spans.push(performance.now() - began);
  }
  await browser.close();
  shop.close();
  console.log(JSON.stringify(spans));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
