//! Tests of what a page opens beside itself: a tab, a window or a popup.

use crate::browser::tests::{Stage, kind};
use crate::evidence::TroubleKind;
use crate::target::Reach;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use url::Url;

/// A listener on a foreign host, and how many connections have come.
async fn foreign() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let came = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&came);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (url, came)
}

/// The page of a site that runs a script.
fn running(site: &str, script: &str) -> String {
    let mut url: Url = format!("{site}/run").parse().unwrap();
    url.set_query(Some(script));
    url.into()
}

#[tokio::test]
async fn no_window_that_a_page_opens_goes_to_a_foreign_host() {
    let stage = Stage::set().await;
    let (foreign, came) = foreign().await;
    let own = stage.url("").replace("127.0.0.1", "pay.localhost");
    for script in [
        format!("open('{foreign}/popup')"),
        format!("open('{foreign}/popup', 'x', 'width=200,height=200')"),
        format!("open('{foreign}/popup', '_blank', 'noopener')"),
        format!("let w = open('about:blank'); setTimeout(() => w.location = '{foreign}/later', 50)"),
        format!("open('/run?location=%22{foreign}/second%22')"),
        format!("open('/run?open(%22{foreign}/second%22)')"),
        format!(
            "document.body.insertAdjacentHTML('beforeend', '<a target=_blank href={foreign}/link>x</a>'); document.querySelector('a').click()"
        ),
        format!(
            "document.body.insertAdjacentHTML('beforeend', '<form target=_blank method=post action={foreign}/form>'); document.forms[0].submit()"
        ),
        format!("location = '{foreign}/self'"),
    ] {
        let reach =
            Reach::new(&own.parse().unwrap(), "merchant.example").with(&[], vec!["pay.localhost".into()]);
        let mut lease = stage.lease_within(reach).await;
        // A page that shows nothing is looked at until the quiet time is over, long after the window was opened.
        let script = format!("document.body.innerHTML = ''; {script}");
        let visit = lease.open(&running(&own, &script)).await;
        lease.give_back();
        assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{script}: {visit:?}");
        let message = &visit.trouble.as_ref().unwrap().message;
        assert!(message.contains(&format!("another host ({foreign})")), "{script}: {message}");
        assert_eq!(came.load(Ordering::SeqCst), 0, "{script}");
    }
}

#[tokio::test]
async fn a_window_that_a_page_opened_is_closed_with_the_lease() {
    let stage = Stage::set().await;
    let answers = "new BroadcastChannel('c').onmessage = said => said.target.postMessage('here')";
    let asks = "document.body.innerHTML = '<p id=success>alone'; const c = new BroadcastChannel('c'); \
                c.onmessage = () => success.textContent = 'in company'; c.postMessage('who is here?')";
    let site = stage.url("");
    let mut lease = stage.lease().await;
    lease.open(&running(&site, &format!("open(`{}`)", running(&site, answers)))).await;
    lease.give_back();
    assert_eq!(stage.open(running(&site, asks).strip_prefix(&site).unwrap()).await.text, "alone");
}

#[tokio::test]
async fn what_a_page_loads_ahead_is_no_way_to_a_foreign_host() {
    let stage = Stage::set().await;
    let (foreign, came) = foreign().await;
    let own = stage.url("").replace("127.0.0.1", "pay.localhost");
    let news = stage.url("/news").replace("127.0.0.1", "localhost");
    let rules = |act: &str, url: &str| {
        format!(
            "const s = document.createElement('script'); s.type = 'speculationrules'; \
             s.textContent = JSON.stringify({{ {act}: [{{ source: 'list', urls: ['{url}'], eagerness: 'immediate' }}] }}); \
             document.head.append(s)"
        )
    };
    let link = |rel: &str, url: &str| {
        format!("document.head.insertAdjacentHTML('beforeend', '<link rel={rel} href={url}>')")
    };
    let later = |before: String| format!("{before}; setTimeout(() => location = '{news}', 100)");
    let open = async |script: &str| {
        let reach =
            Reach::new(&own.parse().unwrap(), "merchant.example").with(&[], vec!["pay.localhost".into()]);
        let mut lease = stage.lease_within(reach).await;
        let visit = lease.open(&running(&own, &format!("document.body.innerHTML = ''; {script}"))).await;
        lease.give_back();
        visit
    };
    // A hint to prefetch is a subresource. Whatever may become a page stays away from the foreign host.
    for script in [
        rules("prerender", &format!("/run?location=%22{foreign}/prerendered%22")),
        rules("prerender", &format!("/run?open(%22{foreign}/prerendered%22)")),
        link("prerender", &format!("{foreign}/prerender")),
        link("preconnect", &foreign),
        link("dns-prefetch", &foreign),
        rules("prerender", &format!("{foreign}/prerender")),
        rules("prefetch", &format!("{foreign}/prefetch")),
    ] {
        let visit = open(&script).await;
        assert!(!visit.url.starts_with(&foreign), "{script}: {visit:?}");
        assert_eq!(came.load(Ordering::SeqCst), 0, "{script}");
    }
    // Rules may also stand in a file that a field of the answer names.
    let visit = stage.open(&format!("/ahead?{foreign}/prefetch")).await;
    assert_eq!((visit.ending.as_deref(), came.load(Ordering::SeqCst)), (Some("success"), 0), "{visit:?}");
    // What was fetched ahead is not shown either.
    for script in [rules("prerender", &news), rules("prefetch", &news), link("prefetch", &news)] {
        let visit = open(&later(script.clone())).await;
        assert_eq!(kind(&visit), Some(TroubleKind::PageDrift), "{script}: {visit:?}");
        let message = &visit.trouble.as_ref().unwrap().message;
        assert!(message.contains("leads to another host (http://localhost:"), "{script}: {message}");
        assert!(!visit.text.contains("News of the day"), "{script}: {visit:?}");
    }
}
