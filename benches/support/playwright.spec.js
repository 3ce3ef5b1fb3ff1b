// The peer of benches/browser.rs: the same scenarios for Playwright Test, sharing one page, cookies cleared in between.
const { test, expect, chromium } = require('@playwright/test');
const shop = require('./shop.js');

let browser, context, page;

test.beforeAll(async () => {
  browser = await chromium.launch(await shop.open());
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
});

test.afterAll(async () => {
  await browser.close();
  shop.close();
});

for (let number = 0; number < Number(process.env.HPP_SCENARIOS); number++) {
  test(`consumer ${number} goes back`, async () => {
    const session = await shop.session(number);
    await page.goto(session.page);
    await page.click('[data-move=back]');
    await page.waitForURL(session.landing);
    expect(await page.textContent('body')).toContain('back');
    await context.clearCookies();
  });
}
