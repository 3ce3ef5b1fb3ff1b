//! The skins of the payment page in a real browser. They are walked through by hand-written rules, not by a page driver.

use crate::mock_process::MockProcess;
use crate::server::purchase;
use crate::web_driver::WebDriver;
use fantoccini::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The longest a walk through a page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the first move that can be made, in the order of the rules, and says which.
/// arguments[0]: [[selectors of frames, one inside the other], selector, text to type or null]
const LOOK: &str = r#"
const shown = (element) => element.getClientRects().length > 0 && !element.closest('[aria-hidden="true"], [inert]');
const inside = (frames) => frames.reduce(
  (place, frame) => [...(place?.querySelectorAll(frame) ?? [])].find(shown)?.contentDocument, document);
for (const [frames, selector, text] of arguments[0]) {
  const element = [...(inside(frames)?.querySelectorAll(selector) ?? [])].find(shown);
  if (!element || element.disabled || (text !== null && element.value === text) || element.checked) continue;
  if (text === null) element.click();
  else {
    element.value = text;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return selector;
}
return null;
"#;

/// A frame path, a selector, and the text to type there. Without a text, it is pressed.
type Rule<'r> = (&'r [&'r str], &'r str, Option<&'r str>);

/// A mock with a skin, and a browser.
struct Shop {
    mock: MockProcess,
    dialect: &'static str,
    page: Client,
    _driver: WebDriver,
}

impl Shop {
    async fn open(dialect: &'static str, skin: &str) -> Self {
        let arguments = ["--dialect", dialect, "--skin", skin, "--seed", "7"];
        let mock = MockProcess::with_arguments(&arguments, "user", "secret");
        let driver = WebDriver::start();
        let page = driver.open(&[]).await;
        Self { mock, dialect, page, _driver: driver }
    }

    /// Creates a hosted session and opens its page. Returns the path of the session.
    async fn visit(&self, channel: &str, category: Option<&str>) -> String {
        let (path, id) = match self.dialect {
            "klarna" => ("/payments/v1/sessions", "session_id"),
            _ => ("/checkout/v3/orders", "order_id"),
        };
        let mut purchase = purchase();
        purchase["acquiring_channel"] = channel.into();
        let post = |path: &str, body: &Value| {
            self.mock.send("POST", path, "application/json", body.to_string().as_bytes()).json()
        };
        let payment = post(path, &purchase);
        let url = format!("{}{path}/{}", self.mock.base_url, payment[id].as_str().unwrap());
        let options = category.map_or(json!({}), |category| json!({ "payment_method_category": category }));
        let hosted = post("/hpp/v1/sessions", &json!({ "payment_session_url": url, "options": options }));
        self.page.goto(hosted["redirect_url"].as_str().unwrap()).await.unwrap();
        format!("/hpp/v1/sessions/{}", hosted["session_id"].as_str().unwrap())
    }

    fn status(&self, session: &str) -> String {
        self.mock.get(session).json()["status"].as_str().unwrap().to_owned()
    }

    /// Makes moves until the mock shows the page of this outcome. Returns the selectors that were used.
    async fn walk(&self, rules: &[Rule<'_>], outcome: &str) -> BTreeSet<String> {
        let (began, mut made) = (Instant::now(), Vec::new());
        loop {
            // While the browser leaves a document, nothing can be asked.
            if let Ok(Some(selector)) =
                self.page.execute(LOOK, vec![json!(rules)]).await.as_ref().map(Value::as_str)
            {
                made.push(selector.to_owned());
            }
            let url = self.page.current_url().await.unwrap();
            if url.path().ends_with(&format!("/end/{outcome}")) {
                return made.into_iter().collect();
            }
            assert!(began.elapsed() < PATIENCE, "{url} is no end after {made:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

const CODE: &str = "123456";

fn of_2021(contact: &str) -> Vec<Rule<'_>> {
    const OVER: &[&str] = &["#klarna-hpp-instance-fullscreen"];
    vec![
        (OVER, "#email_or_phone", Some(contact)),
        (OVER, "#onContinue", None),
        (OVER, "#otp_field", Some(CODE)),
        (OVER, "#invoice_kp-purchase-review-continue-button", None),
        (OVER, "#payinparts_kp-purchase-review-continue-button", None),
        (OVER, "#mandate-review__confirmation-button", None),
        (&["#klarna-hpp-instance-main"], "[value^=banktransfer_kp]", None),
        (&["#klarna-hpp-instance-main"], "#radio-pay_now", None),
        (&[], "#buy-button", None),
    ]
}

fn of_2024(contact: &str) -> Vec<Rule<'_>> {
    const APF: &[&str] = &["#klarna-apf-iframe"];
    vec![
        (APF, "#collectPhonePurchaseFlow #phone", Some(contact)),
        (APF, "#onContinue", None),
        (APF, "#phoneOtp #otp_field", Some(CODE)),
        (APF, "[data-testid=select-payment-category]", None),
        (APF, "[data-testid=pick-plan]", None),
        (APF, "[data-testid='SmoothCheckoutPopUp:skip']", None),
        (APF, "[data-testid=confirm-and-pay]", None),
        (APF, "[data-testid=kaf-button]", None),
    ]
}

fn of_2026(contact: &str) -> Vec<Rule<'_>> {
    const APF: &[&str] = &["#klarna-apf-iframe"];
    vec![
        (APF, "#phone", Some(contact)),
        (APF, "#onContinue", None),
        (APF, "#otp_field", Some(CODE)),
        (APF, "section:not([inert]) #pbb-account-list ~ button", None),
        (APF, "[data-fs-element='Payment Option Radio'][value=pay_now]", None),
        (APF, "[data-fs-element='Payment Offer Card']", None),
        (APF, "[data-fs-element='Continue Button']", None),
        (APF, "[data-fs-element='Payment Preview'] #buy_button[data-fs-payment-method-id]", None),
    ]
}

fn of_kustom() -> Vec<Rule<'static>> {
    const CHECKOUT: &[&str] = &["#klarna-checkout-iframe"];
    const CARD: &[&str] = &["#klarna-checkout-iframe", "[title='Secure payment input frame']"];
    vec![
        (CHECKOUT, "#billing-email", Some("new@shop.example")),
        (CHECKOUT, "#billing-postal_code", Some("12345")),
        (CHECKOUT, "#billing-given_name", Some("Anna")),
        (CHECKOUT, "#button-primary", None),
        (CARD, "#payment-numberInput", Some("4242 4242 4242 4242")),
        (CARD, "#payment-expiryInput", Some("12/34")),
        (CARD, "#payment-cvcInput", Some("123")),
        (&["#klarna-fullscreen-iframe"], "#button-primary", None),
        (CHECKOUT, "[type=submit]", None),
    ]
}

/// Pays in several sessions, each with its own course. Returns the selectors that were used.
async fn paid(shop: &Shop, rules: &[Rule<'_>], sessions: usize) -> BTreeSet<String> {
    const CATEGORIES: [Option<&str>; 4] =
        [None, Some("pay_later"), Some("pay_over_time"), Some("direct_debit")];
    let mut used = BTreeSet::new();
    for category in CATEGORIES.into_iter().cycle().take(sessions) {
        let category = category.filter(|_| shop.dialect == "klarna");
        let session = shop.visit("ECOMMERCE", category).await;
        used.extend(shop.walk(rules, "success").await);
        assert_eq!(shop.status(&session), "COMPLETED");
    }
    used
}

/// Every rule was needed in one of the sessions.
fn all_used(rules: &[Rule<'_>], used: &BTreeSet<String>) {
    let unused: Vec<_> = rules.iter().filter(|rule| !used.contains(rule.1)).collect();
    assert!(unused.is_empty(), "{unused:?} were never there");
}

/// The outcomes of every page of Klarna.
async fn klarna(skin: &str, rules: fn(&str) -> Vec<Rule<'_>>, sessions: usize) -> Shop {
    let shop = Shop::open("klarna", skin).await;
    let approved = rules("customer@email.de");
    all_used(&approved, &paid(&shop, &approved, sessions).await);
    for (contact, outcome, status) in [
        ("customer+denied@email.de", "failure", "FAILED"),
        ("+43 676 2600745", "failure", "FAILED"),
        ("+49017610927312", "failure", "FAILED"),
        ("+43 676 2600456", "success", "COMPLETED"),
    ] {
        let session = shop.visit("ECOMMERCE", None).await;
        shop.walk(&rules(contact), outcome).await;
        assert_eq!(shop.status(&session), status, "{skin}: {contact}");
    }
    let session = shop.visit("ECOMMERCE", None).await;
    shop.walk(&[(&[], "#back-button", None)], "back").await;
    assert_eq!(shop.status(&session), "BACK");
    shop
}

#[tokio::test]
async fn the_page_of_2021_ends_as_the_test_identity_says() {
    klarna("klarna-2021", of_2021, 12).await.page.close().await.unwrap();
}

#[tokio::test]
async fn the_page_of_2024_ends_as_the_test_identity_says_and_confirms_a_cancellation() {
    let shop = klarna("klarna-2024", of_2024, 12).await;
    let apf: &[&str] = &["#klarna-apf-iframe"];
    let mut by_bank_id = of_2024("");
    by_bank_id.splice(..2, [(apf, "#signInWithBankId", None)]);
    let session = shop.visit("ECOMMERCE", None).await;
    assert!(!shop.walk(&by_bank_id, "success").await.contains("#phoneOtp #otp_field"));
    assert_eq!(shop.status(&session), "COMPLETED");
    let cancel = [(apf, "#payment-cancel-dialog-express__confirm", None), (apf, ".close", None)];
    for (channel, outcome, status) in [("ECOMMERCE", "back", "BACK"), ("IN_STORE", "cancel", "CANCELLED")] {
        let session = shop.visit(channel, None).await;
        shop.walk(&cancel, outcome).await;
        assert_eq!(shop.status(&session), status, "{channel}");
    }
    shop.page.close().await.unwrap();
}

#[tokio::test]
async fn the_page_of_2026_ends_as_the_test_identity_says() {
    klarna("klarna-2026", of_2026, 12).await.page.close().await.unwrap();
}

#[tokio::test]
async fn the_page_of_kustom_is_paid_by_card_or_in_a_window() {
    let shop = Shop::open("kustom", "kustom").await;
    let rules = of_kustom();
    all_used(&rules, &paid(&shop, &rules, 6).await);

    let session = shop.visit("ECOMMERCE", None).await;
    let known = ("checkout-se@testdrive.klarna.com", &["#klarna-checkout-iframe"][..]);
    let mut rules = rules;
    rules[0] = (known.1, "#billing-email", Some(known.0));
    // The walk goes on in the window, until that closes.
    let main = shop.page.window().await.unwrap();
    let began = Instant::now();
    while shop.page.windows().await.unwrap().len() == 1 {
        let _ = shop.page.execute(LOOK, vec![json!(rules)]).await;
        assert!(began.elapsed() < PATIENCE, "no window opens");
    }
    let windows = shop.page.windows().await.unwrap();
    let other = windows.into_iter().find(|window| *window != main).unwrap();
    shop.page.switch_to_window(other).await.unwrap();
    let rules: [Rule<'_>; 2] = [(&[], "#buy_button", None), (&[], "#signInWithBankIdButton", None)];
    while shop.page.windows().await.unwrap().len() == 2 {
        let _ = shop.page.execute(LOOK, vec![json!(rules)]).await;
        assert!(began.elapsed() < PATIENCE, "the window stays");
    }
    shop.page.switch_to_window(main).await.unwrap();
    shop.walk(&[], "success").await;
    assert_eq!(shop.status(&session), "COMPLETED");
    shop.page.close().await.unwrap();
}

#[tokio::test]
async fn a_code_that_is_wrong_is_refused_and_the_screen_stays() {
    let shop = Shop::open("klarna", "klarna-2021").await;
    let mut rules = of_2021("customer@email.de");
    rules[2].2 = Some("999999");
    let asked = "return document.querySelector('#klarna-hpp-instance-fullscreen')?.contentDocument\
        .querySelector('[data-step=code]:not([inert]) [role=alert]')?.textContent ?? ''";
    // Not every session is asked for a code.
    for _ in 0..8 {
        let session = shop.visit("ECOMMERCE", None).await;
        let began = Instant::now();
        while !shop.page.current_url().await.unwrap().path().contains("/end/") {
            let _ = shop.page.execute(LOOK, vec![json!(rules)]).await;
            let told = shop.page.execute(asked, Vec::new()).await;
            if told.is_ok_and(|told| told.as_str().is_some_and(|told| !told.is_empty())) {
                assert_eq!(shop.status(&session), "IN_PROGRESS");
                return shop.page.close().await.unwrap();
            }
            assert!(began.elapsed() < PATIENCE, "the page does not go on");
        }
    }
    panic!("no session was asked for a code");
}

#[tokio::test]
async fn an_unknown_page_has_no_name_of_a_known_one_and_can_be_used() {
    for (dialect, channel, button, outcome) in [
        ("klarna", "ECOMMERCE", 0, "success"),
        ("klarna", "ECOMMERCE", 1, "failure"),
        ("kustom", "ECOMMERCE", 2, "error"),
        ("klarna", "ECOMMERCE", 3, "back"),
        ("klarna", "IN_STORE", 4, "cancel"),
    ] {
        let shop = Shop::open(dialect, "unknown").await;
        shop.visit(channel, None).await;
        let ids = "return document.querySelectorAll('[id], [name]:not(meta), [data-step], [data-testid], iframe[title]').length";
        assert_eq!(shop.page.execute(ids, Vec::new()).await.unwrap(), json!(0));
        let press = (&[][..], &*format!("button:nth-of-type({})", button + 1), None);
        let leave: Rule<'_> = (&[], "button:nth-of-type(4)", None);
        shop.walk(&[press, leave][..if outcome == "cancel" { 2 } else { 1 }], outcome).await;
        shop.page.close().await.unwrap();
    }
}
