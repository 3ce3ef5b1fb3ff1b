//! Decides which news is reported to the merchant's server, and where.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::mock::callback::delivery::Delivery;
use crate::mock::contract::callback::Telling;
use crate::mock::contract::placeholder::Target;
use crate::mock::http::Held;
use crate::mock::state::Playground;
use crate::mock::state::line::CallbackTrouble;
use crate::mock::state::session::{Hosted, News};

/// Reports the news to the merchant's server, if the contract asks for it. Returns what the page waits for.
pub fn tell(playground: &Playground, hosted: &Hosted, news: Option<News>) -> Held {
    let News { event, session, before, circumstances } = news?;
    let contract = &playground.contract;
    let urls = &hosted.merchant_urls;
    let choices = contract.variation.choices;
    let callback = contract.callback(&Telling { event, before, circumstances, urls, choices })?;
    let account = hosted.account();
    let trouble = account.callback_line().trouble;
    if trouble == CallbackTrouble::Lost {
        return None;
    }
    let delivery = Arc::new(Delivery {
        account: Arc::clone(account),
        event,
        inspection: Arc::clone(&playground.inspection),
        contract: Arc::clone(contract),
        session_id: hosted.session_id.as_str().into(),
        session_key: hosted.page_key.clone(),
        fresh_id: playground.ids.uuid(),
        url: hosted.filled(callback.url, Target::Callback, false, contract).into(),
        url_again: hosted.filled(callback.url, Target::Callback, true, contract).into(),
        session,
        trouble,
        after: callback.after,
    });
    let told = CancellationToken::new();
    let copies = if trouble == CallbackTrouble::Doubled { 2 } else { 1 };
    for _ in 0..copies {
        let (delivery, stop, told) = (Arc::clone(&delivery), playground.stop.clone(), told.clone());
        let panics = playground.panics.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                _ = panics.watch(|| "status callback".to_owned(), delivery.run(&told)) => {}
            }
            told.cancel();
        });
    }
    callback.holds_page.then_some(told)
}
