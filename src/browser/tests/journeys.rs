//! Tests of journeys through pages that change, each a page of a few lines.

use crate::browser::Lease;
use crate::browser::tests::{Stage, kind};
use crate::evidence::{PageVisit, TroubleKind};

/// The end of a payment, for a script of a page.
const SUCCESS: &str = "location='http://merchant.example/s1/success'";

const DRIVER: &str = r##"
[[screen]]
name = "loading"
present = "#loading"
passing = true

[[screen]]
name = "sign"
present = "#sign"
[screen.moves]
approve = [{ click = "#sign" }]

[[screen]]
name = "hint"
present = "#hint"
control = false
[screen.moves]
any = [{ click = "#hint" }]

[[screen]]
name = "code"
present = "#code"
frames = [[], ["#outer", "#inner"]]
[screen.moves]
approve = [{ type = "123456", into = "#code" }, { click = "#next" }]

[[screen]]
name = "plan"
present = "#plan"
[screen.moves]
approve = [{ click = "#plan" }]

[[screen]]
name = "bank"
present = "#bank"
[screen.moves]
approve = [{ press = "#bank" }]

[[screen]]
name = "buy"
present = "#buy"
tries = 3
[screen.moves]
approve = [{ click = "#buy" }]
back = [{ click = "#back" }]
"##;

/// A page with this content. Each byte of it is encoded, so that a page may hold the URL of another one.
fn page(stage: &Stage, html: &str) -> String {
    let query: Vec<String> = html.bytes().map(|byte| format!("%{byte:02X}")).collect();
    stage.url(&format!("/html?{}", query.concat()))
}

/// Opens a page with this content, and pays. Returns the visit and the steps, a line each.
async fn pay(stage: &Stage, driver: &str, html: &str) -> (PageVisit, Vec<String>) {
    let mut lease: Lease = stage.lease_with(driver, stage.reach()).await;
    lease.open(&page(stage, html)).await;
    let visit = lease.perform("approve").await;
    lease.give_back();
    let steps = visit.steps.iter().map(ToString::to_string).collect();
    (visit, steps)
}

fn is_paid(visit: &PageVisit) -> bool {
    visit.url == "http://merchant.example/s1/success" && visit.trouble.is_none()
}

fn message(visit: &PageVisit) -> &str {
    visit.trouble.as_ref().map_or("", |trouble| trouble.message.as_str())
}

#[tokio::test]
async fn a_window_that_a_click_opens_is_followed_until_it_closes() {
    follows_a_window(&Stage::set().await).await;
}

/// A click opens two windows. One of them asks for a move, and the page goes on when it has closed.
pub(super) async fn follows_a_window(stage: &Stage) {
    let popup = page(stage, "<button id=sign onclick=\"opener.signed(); window.close()\">Sign in</button>");
    let loader = page(stage, "<p id=loading>Please wait</p>");
    let html = format!(
        "<div id=root><button id=buy>Pay</button></div><script>\
         buy.onclick = () => {{ open('{popup}'); open('{loader}', 'l') }};\
         const done = () => {{ {SUCCESS} }};\
         function signed() {{ open('', 'l').close(); root.innerHTML = '<button id=plan onclick=done()>Plan</button>' }}</script>"
    );
    let (visit, steps) = pay(stage, DRIVER, &html).await;
    let expected = [
        "buy (`#buy`): approve with `#buy`: done",
        "sign (`#sign` in a window of its own): approve with `#sign`: done",
        "plan (`#plan`): approve with `#plan`: done",
    ];
    let steps: Vec<&String> = steps.iter().filter(|step| !step.starts_with("loading")).collect();
    assert_eq!(steps, expected, "{visit:?}");
    assert!(is_paid(&visit), "{visit:?}");
    // The next consumer gets a browser with one window.
    assert!(is_paid(
        &pay(stage, DRIVER, &format!("<button id=plan onclick=\"{SUCCESS}\">Plan</button>")).await.0
    ));
}

#[tokio::test]
async fn a_window_that_no_rule_knows_is_drift_and_shown() {
    let stage = Stage::set().await;
    let popup = page(&stage, "<p>Scan this with your app</p><button title=Close>x</button>");
    let html = format!("<button id=buy onclick=\"window.open('{popup}')\">Pay</button>");
    let (visit, _) = pay(&stage, DRIVER, &html).await;
    assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{visit:?}");
    assert!(message(&visit).contains("the page shows: Scan this with your app"), "{visit:?}");
    let snapshot = std::fs::read_to_string(stage.folder.path().join(visit.snapshot.unwrap())).unwrap();
    assert!(snapshot.contains("-- Buttons and links\n<button title=\"Close\"> x\n"), "{snapshot}");
}

#[tokio::test]
async fn a_text_that_vanishes_is_typed_again_and_not_for_ever() {
    let stage = Stage::set().await;
    let form = |times: u32| {
        format!(
            "<input id=code><button id=next>Next</button><script>let left = {times};\
             code.oninput = () => left-- > 0 && setTimeout(() => code.value = '', 5);\
             next.onclick = () => {{ if (code.value === '123456') {SUCCESS} }}</script>"
        )
    };
    let (visit, _) = pay(&stage, DRIVER, &form(3)).await;
    assert!(is_paid(&visit), "{visit:?}");
    let (visit, steps) = pay(&stage, DRIVER, &form(100)).await;
    assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{visit:?}");
    assert!(message(&visit).contains("`#code` does not keep what is typed"), "{visit:?}");
    assert_eq!(steps.len(), 1, "{steps:?}");
}

#[tokio::test]
async fn a_swallowed_click_is_made_again_as_often_as_the_screen_allows() {
    let stage = Stage::set().await;
    let button = |swallowed: u32| {
        format!(
            "<button id=buy>Pay</button><script>let left = {swallowed};\
             buy.onclick = () => {{ if (left-- <= 0) {SUCCESS} }}</script>"
        )
    };
    let (visit, steps) = pay(&stage, DRIVER, &button(2)).await;
    assert!(is_paid(&visit) && steps.len() == 3, "{steps:?} {visit:?}");
    let (visit, steps) = pay(&stage, DRIVER, &button(3)).await;
    assert_eq!((kind(&visit), steps.len()), (Some(TroubleKind::PageDrift), 3), "{visit:?}");
}

#[tokio::test]
async fn a_payment_that_is_under_way_is_waited_for_longer_than_any_other_unknown_page() {
    let stage = Stage::set().await;
    // The quiet time is 300 ms.
    let working = |after: &str| {
        format!(
            "<div id=root><button id=plan>Plan</button></div><script>\
             plan.onclick = () => {{ root.textContent = 'One moment'; {after} }}</script>"
        )
    };
    let (visit, steps) = pay(&stage, DRIVER, &working(&format!("setTimeout(() => {SUCCESS}, 900)"))).await;
    assert!(is_paid(&visit), "{steps:?} {visit:?}");
    let (visit, _) = pay(&stage, DRIVER, &working("")).await;
    assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{visit:?}");
    assert!(visit.elapsed_us >= 1_200_000 && visit.screenshot.is_some(), "{visit:?}");
    // Nobody has acted on a page that is opened.
    let mut lease = stage.lease_with(DRIVER, stage.reach()).await;
    let opened = lease.open(&page(&stage, "<p>One moment")).await;
    assert_eq!(kind(&opened), Some(TroubleKind::PageDrift), "{opened:?}");
    assert!(opened.elapsed_us < 1_200_000, "{opened:?}");
}

#[tokio::test]
async fn a_page_that_still_changes_does_not_rest_yet_and_one_that_never_stops_rests_in_the_end() {
    let stage = Stage::set().await;
    let counting = |most: u32| {
        format!(
            "<div id=root>0</div><script>let count = 0;\
             const next = () => {{ if (++count < {most}) root.textContent = count; else root.innerHTML = '<button id=buy>Pay</button>' }};\
             setInterval(next, 200)</script>"
        )
    };
    let mut lease = stage.lease_with(DRIVER, stage.reach()).await;
    let late = lease.open(&page(&stage, &counting(4))).await;
    assert_eq!((late.screen.as_deref(), kind(&late)), (Some("buy"), None), "{late:?}");
    let endless = lease.open(&page(&stage, &counting(1000))).await;
    assert_eq!(kind(&endless), Some(TroubleKind::PageDrift), "{endless:?}");
    assert!(endless.screenshot.is_some() && endless.snapshot.is_some(), "{endless:?}");
}

/// As if the machine were busy: the page answers only now and then, and each answer takes longer than the quiet time.
#[tokio::test]
async fn a_page_that_gets_little_done_is_read_several_times_before_it_counts_as_at_rest() {
    let stage = Stage::set().await;
    let html = "<div id=root>One moment</div><script>let left = 4;\
                const work = () => {\
                for (const end = performance.now() + 320; performance.now() < end;);\
                if (left-- > 0) setTimeout(work, 20); else root.innerHTML = '<button id=buy>Pay</button>' };\
                onload = () => setTimeout(work, 20)</script>";
    let mut lease = stage.lease_with(DRIVER, stage.reach()).await;
    let opened = lease.open(&page(&stage, html)).await;
    assert_eq!((opened.screen.as_deref(), kind(&opened)), (Some("buy"), None), "{opened:?}");
}

#[tokio::test]
async fn a_frame_whose_document_has_not_come_is_waited_for() {
    let stage = Stage::set().await;
    let driver = DRIVER.replace("name = \"buy\"", "name = \"buy\"\nframes = [\"#outer\"]");
    // The site does not answer this path.
    let html = "<p>Shop</p><div id=root></div><script>onload = () => {\
                root.innerHTML = '<iframe id=outer src=/silent></iframe>';\
                setTimeout(() => outer.srcdoc = '<button id=buy>Pay</button>', 900) }</script>";
    let mut lease = stage.lease_with(&driver, stage.reach()).await;
    let opened = lease.open(&page(&stage, html)).await;
    assert_eq!((opened.screen.as_deref(), kind(&opened)), (Some("buy"), None), "{opened:?}");
}

#[tokio::test]
async fn a_button_that_wakes_up_late_is_clicked_once_it_is_awake() {
    let stage = Stage::set().await;
    for asleep in ["disabled", "aria-disabled=true", "aria-busy=true"] {
        let name = asleep.split('=').next().unwrap();
        let html = format!(
            "<button id=plan {asleep} onclick=\"{SUCCESS}\">Plan</button>\
             <script>setTimeout(() => plan.removeAttribute('{name}'), 900)</script>"
        );
        let (visit, steps) = pay(&stage, DRIVER, &html).await;
        assert!(is_paid(&visit), "{asleep}: {steps:?} {visit:?}");
    }
}

#[tokio::test]
async fn a_press_is_one_event_where_a_click_is_several() {
    let stage = Stage::set().await;
    let html = format!(
        "<button id=bank>Bank</button><script>let events = 0;\
         for (const type of ['pointerdown', 'mousedown', 'click']) bank.addEventListener(type, () => events++);\
         bank.onclick = () => setTimeout(() => {{ if (events === 1) {SUCCESS} }})</script>"
    );
    let (visit, _) = pay(&stage, DRIVER, &html).await;
    assert!(is_paid(&visit), "{visit:?}");
    let (visit, _) = pay(&stage, &DRIVER.replace("press", "click"), &html).await;
    assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{visit:?}");
}

#[tokio::test]
async fn frames_may_come_late_and_deep_and_a_hidden_one_is_out_of_reach() {
    let stage = Stage::set().await;
    let code =
        format!("<input id=code><button id=next onclick=\"if (code.value) top.{SUCCESS}\">Next</button>");
    let inner = page(&stage, &code);
    let middle = page(
        &stage,
        &format!(
            "<script>setTimeout(() => document.body.innerHTML = '<iframe id=inner src=\"{inner}\"></iframe>', 200)</script>"
        ),
    );
    let outer = |style: &str| {
        format!(
            "<button id=buy>Pay</button><script>buy.onclick = () => setTimeout(() => {{ document.body.innerHTML = \
             '<iframe id=outer {style} src=\"{middle}\"></iframe>' }}, 200)</script>"
        )
    };
    let (visit, steps) = pay(&stage, DRIVER, &outer("")).await;
    assert!(is_paid(&visit), "{steps:?} {visit:?}");
    assert!(
        steps.last().unwrap().starts_with("code (`#code` in the frame `#outer` in `#inner`): approve"),
        "{steps:?}"
    );
    for style in ["style=\"visibility:hidden\"", "aria-hidden=true", "inert"] {
        let (visit, _) = pay(&stage, DRIVER, &outer(style)).await;
        assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{style}: {visit:?}");
        let why = "`#code` is out of reach, because the frame `#outer` is hidden";
        assert!(message(&visit).contains(why), "{style}: {visit:?}");
    }
}

#[tokio::test]
async fn optional_screens_come_in_any_order_or_not_at_all() {
    let stage = Stage::set().await;
    let hint = "<button id=hint>Later</button>";
    let plan = "<button id=plan>Plan</button>";
    let buy = "<button id=buy>Pay</button>";
    let code = "<input id=code><button id=next>Next</button>";
    // A screen that is covered stays in the document, hidden.
    let covered = "<div aria-hidden=true><button id=sign>Sign in</button></div><div inert><button id=plan>Old</button></div>";
    for order in [vec![buy, hint, code, plan], vec![plan, buy, code, hint, buy], vec![code, buy], vec![buy]] {
        let screens = serde_json::to_string(&order).unwrap();
        let html = format!(
            "{covered}<div id=root></div><script>const screens = {screens};\
             const show = () => {{ const next = screens.shift(); if (next === undefined) {SUCCESS}; else root.innerHTML = next }};\
             root.onclick = (event) => event.target.localName === 'button' && setTimeout(show, 30); show()</script>"
        );
        let (visit, steps) = pay(&stage, DRIVER, &html).await;
        assert!(is_paid(&visit), "{order:?}: {steps:?} {visit:?}");
    }
}

#[tokio::test]
async fn the_snapshot_of_an_unknown_page_has_its_texts_buttons_frames_and_elements_but_nothing_typed() {
    let stage = Stage::set().await;
    let frame = page(&stage, "<p>Inside</p><input name=card value=4111111111111111>");
    let html = format!(
        "<h1>New shop window</h1><p>for customer@email.de</p><button data-testid=onward>Go on</button>\
         <input id=who type=text value=typed-name><iframe title=till src='{frame}'></iframe>"
    );
    let mut lease = stage.lease_with(DRIVER, stage.reach()).await;
    let visit = lease.open(&page(&stage, &html)).await;
    assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{visit:?}");
    assert!(visit.screenshot.is_some());
    let snapshot = std::fs::read_to_string(stage.folder.path().join(visit.snapshot.unwrap())).unwrap();
    for part in [
        "== The page: http://127.0.0.1:",
        "-- Text\nNew shop window\n",
        "for ‹e-mail›",
        "-- Buttons and links\n<button data-testid=\"onward\"> Go on\n",
        "-- Fields\n<input id=\"who\" type=\"text\"> (filled)\n",
        "-- Frames\n<iframe title=\"till\">\n",
        "-- Elements\n<body>\n",
        "== Frame 1: http://127.0.0.1:",
        "-- Text\nInside\n-- Fields\n<input name=\"card\"> (filled)\n",
    ] {
        assert!(snapshot.contains(part), "{part}: {snapshot}");
    }
    for secret in ["typed-name", "4111111111111111", "customer@email.de"] {
        assert!(
            !snapshot.contains(&format!(">{secret}")) && !snapshot.contains(&format!("\"{secret}\"")),
            "{snapshot}"
        );
    }
}

#[tokio::test]
async fn a_field_that_ignores_values_is_typed_into_letter_by_letter_and_what_is_optional_is_left_out() {
    let stage = Stage::set().await;
    let driver = r##"
[[screen]]
name = "card"
frames = ["#card"]
present = "#number"
[screen.moves]
approve = [
    { type = "x", into = "#holder", optional = true },
    { keys = "4242 4242", into = "#number" },
    { click = "#extra", frames = [], optional = true },
    { click = "#buy", frames = [] },
]
"##;
    // Only what the keyboard told counts.
    let field = "<input id=number value=old><script>let keys = '';\
                 number.onkeydown = (event) => { keys += event.key; top.heard = keys }</script>";
    let html = format!(
        "<iframe id=card src=\"{}\"></iframe><button id=buy>Pay</button>\
         <script>buy.onclick = () => {{ if (heard === '4242 4242' && card.contentDocument.querySelector('input').value === heard) {SUCCESS} }}</script>",
        page(&stage, field)
    );
    let (visit, steps) = pay(&stage, driver, &html).await;
    assert!(is_paid(&visit), "{steps:?} {visit:?}");
    let (visit, _) = pay(&stage, &driver.replace("keys =", "type ="), &html).await;
    assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{visit:?}");
}
