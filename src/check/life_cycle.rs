//! The life of a hosted session as the contract has it: what was said of the session binds what is said of it later.
//!
//! A copy of the server's data may lag: for some time it may show a state that has passed. So an older state is only noted,
//! unless it stays or no lag explains it. The clocks of two servers may differ, so times of two states are compared with tolerance.

use crate::check::answer::{success, success_text};
use crate::check::every_answer::{Breach, LISTED_STATUSES};
use crate::check::time::{CLOCK_SKEW, Landmark};
use crate::check::{answer, equals, member_equals, same_url, time};
use crate::evidence::Operation::{
    AbortOrder, ChangePaymentSession, CreateOrder, CreatePaymentSession, CreateSession, DisableSession,
    PlaceOrder, ReadOrder, ReadPaymentSession, ReadSession,
};
use crate::evidence::{Exchange, Response};
use crate::requirement::Dialect;
use crate::verdict::Mismatch;
use jiff::{SignedDuration, Timestamp};

/// Statuses that never change again.
pub const FINAL_STATUSES: [&str; 3] = ["COMPLETED", "CANCELLED", "DISABLED"];

/// The status of a session whose page was never opened.
const FIRST_STATUS: &str = "WAITING";

const STATUS: &str = "/status";
const UPDATED_AT: &str = "/updated_at";
const EXPIRES_AT: &str = "/expires_at";

/// Members that stay once they were given, with the requirement of each dialect that promises them.
const KEPT: [(&str, &str, Option<&str>); 3] = [
    ("/authorization_token", "HPP-READ-003", None),
    ("/order_id", "HPP-READ-004", Some("HPP-READ-006")),
    ("/klarna_reference", "HPP-READ-004", None),
];

/// The state of a session that a read showed.
#[derive(Clone, Copy)]
struct State<'e> {
    response: &'e Response,
    status: &'e str,
    updated: Option<Timestamp>,
    /// The time of the answer by the clock of the server.
    date: Option<Timestamp>,
    began_us: u64,
    ended_us: u64,
}

impl<'e> State<'e> {
    fn of(read: &'e Exchange) -> Option<Self> {
        let response = success(read)?;
        let updated =
            answer::text(response, UPDATED_AT).and_then(|text| time::instant(UPDATED_AT, text).ok());
        Some(Self {
            response,
            status: answer::text(response, STATUS)?,
            updated,
            date: time::date_of(response),
            began_us: read.started_us,
            ended_us: read.started_us + read.elapsed_us,
        })
    }

    fn text(&self, pointer: &str) -> Option<&'e str> {
        answer::text(self.response, pointer)
    }

    fn is_final(&self) -> bool {
        FINAL_STATUSES.contains(&self.status)
    }
}

/// A state that was said before, and the one that is said now.
struct Pair<'e> {
    said: State<'e>,
    now: State<'e>,
    dialect: Dialect,
    /// How long a copy may lag.
    patience: SignedDuration,
    last_act: Option<&'e str>,
    /// Nobody did anything between the creation of the session and now that could change its state.
    is_untouched: bool,
}

/// What the later of two states may not be.
const RULES: [fn(&Pair<'_>) -> Option<Breach>; 6] =
    [status_stays, token_and_order_stay, end_stays, update_stays, changes_move_on, never_waits_again];

/// The earlier exchanges of a scenario, and what binds the answers besides.
#[derive(Clone, Copy)]
pub struct Before<'e> {
    pub earlier: &'e [&'e Exchange],
    /// What the consumer did last on a page, in the words of the page driver. `None` if no page was opened.
    pub last_act: Option<&'e str>,
    pub dialect: Dialect,
    /// How long a copy of the server's data may lag.
    pub patience: SignedDuration,
}

/// What a read of a session breaks together with what was said of this session before. Answers to reads that overlap have no order,
/// so they do not bind each other.
pub fn broken(read: &Exchange, before: Before<'_>) -> Vec<Breach> {
    let Some(response) = success(read) else { return Vec::new() };
    let mut breaches = Vec::new();
    let page_was_visited = before.last_act.is_some();
    let is_unpaid = |status: &str| matches!(status, "FAILED" | "ERROR" | "BACK");
    if !page_was_visited || answer::text(response, STATUS).is_some_and(is_unpaid) {
        let members = ["authorization_token", "order_id"];
        let found = members.into_iter().filter_map(|name| answer::no_member(response, name).err());
        breaches.extend(found.map(|mismatch| ("HPP-READ-007", mismatch)));
    }
    let creation = before.earlier.iter().rposition(|one| created_at(one, &read.request.url));
    let since = creation.map_or(before.earlier, |place| &before.earlier[place..]);
    let is_open = creation.is_some_and(|place| !has_ended(before.earlier[place], response));
    let is_untouched = is_open && !page_was_visited && !since.iter().any(|one| touches(one));
    if let Some(now) = State::of(read) {
        let of_same_url = |one: &&&Exchange| same_url("", &one.request.url, &read.request.url).is_ok();
        // Whether the merchant may disable a session that has ended is a promise of its own.
        let disabled = since.iter().rposition(|one| one.operation == DisableSession).unwrap_or(0);
        let reads = since[disabled..].iter().filter(|one| one.operation == ReadSession).filter(of_same_url);
        let (said, at_once): (Vec<_>, Vec<_>) =
            reads.filter_map(|one| State::of(one)).partition(|said| said.ended_us <= now.began_us);
        let Before { dialect, patience, last_act, .. } = before;
        let ended = said.iter().position(State::is_final).unwrap_or(said.len());
        let pairs: Vec<Pair<'_>> = said
            .iter()
            .enumerate()
            // What contradicted a final status was a breach by itself. It binds no later answer.
            .filter_map(|(at, said)| (at <= ended || said.is_final()).then_some(said))
            .map(|said| Pair { said: *said, now, dialect, patience, last_act, is_untouched })
            .collect();
        breaches.extend(RULES.iter().filter_map(|rule| pairs.iter().find_map(rule)));
        if is_untouched && said.is_empty() && at_once.is_empty() && LISTED_STATUSES.contains(&now.status) {
            let waits = equals(STATUS, FIRST_STATUS, now.status);
            breaches.extend(waits.err().map(|mismatch| ("HPP-CREATE-025", mismatch)));
        }
    }
    if let Some(place) = creation {
        breaches.extend(agrees_with_creation(read, before.earlier[place], since, page_was_visited));
    }
    breaches
}

/// Whether this exchange created the session that is read at `url`.
pub fn created_at(exchange: &Exchange, url: &str) -> bool {
    exchange.operation == CreateSession
        && success_text(exchange, "/session_url").is_some_and(|own| same_url("", own, url).is_ok())
}

/// Whether the session had ended by itself when this was answered, by the end that its creation gave.
fn has_ended(created: &Exchange, answer: &Response) -> bool {
    let end = success_text(created, EXPIRES_AT).and_then(|text| time::instant(EXPIRES_AT, text).ok());
    end.zip(time::date_of(answer)).is_some_and(|(end, now)| now >= end)
}

/// Whether a request of the merchant may change the state of a session.
fn touches(exchange: &Exchange) -> bool {
    !matches!(
        exchange.operation,
        CreateSession | CreatePaymentSession | CreateOrder | ReadSession | ReadPaymentSession | ReadOrder
    )
}

/// The creation and a read give the same id, and the same end unless something may have moved it.
fn agrees_with_creation(
    read: &Exchange,
    created: &Exchange,
    since: &[&Exchange],
    page_was_visited: bool,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let text = |exchange, pointer| success_text(exchange, pointer);
    if let (Some(given), Some(id)) = (text(created, "/session_id"), text(read, "/session_id")) {
        let mismatch = equals("/session_id", given, id).err();
        let rows = ["HPP-CREATE-013", "HPP-READ-002"];
        breaches.extend(rows.iter().zip(mismatch.iter().cycle()).map(|(id, it)| (*id, it.clone())));
    }
    let moves = |one: &&Exchange| matches!(one.operation, ChangePaymentSession | PlaceOrder | AbortOrder);
    if !page_was_visited && !since.iter().any(moves) {
        let ends = text(created, EXPIRES_AT).zip(text(read, EXPIRES_AT));
        let other = ends.and_then(|(given, now)| same_time(EXPIRES_AT, given, now, "the creation"));
        breaches.extend(other.map(|mismatch| ("HPP-EXPIRY-006", mismatch)));
    }
    breaches
}

/// Two texts that are times are the same instant, as far as both have digits. `whose` names the answer that gave the first one.
fn same_time(subject: &str, given: &str, now: &str, whose: &str) -> Option<Mismatch> {
    if time::is_same(given, now) {
        return None;
    }
    let (given, now) = (time::instant(subject, given).ok()?, time::instant(subject, now).ok()?);
    let landmark = Landmark::new(given, format!("`{}` of {whose}", &subject[1..]));
    time::at_offset(subject, now, SignedDuration::ZERO, &landmark, SignedDuration::ZERO).err()
}

/// A final status stays. So does any status as long as nobody does anything.
fn status_stays(pair: &Pair<'_>) -> Option<Breach> {
    let requirement = match pair {
        Pair { said, .. } if said.is_final() => "HPP-STATUS-009",
        Pair { is_untouched: true, .. } => "HPP-READ-009",
        _ => return None,
    };
    Some((requirement, equals(STATUS, pair.said.status, pair.now.status).err()?))
}

impl Pair<'_> {
    /// Whether both show the same state: the final one, or the first one.
    fn is_one_state(&self) -> bool {
        self.said.status == self.now.status && (self.said.is_final() || self.is_untouched)
    }

    /// Whether the earlier state was shown so long ago that no copy lags behind it.
    fn is_settled(&self) -> bool {
        let since = SignedDuration::from_micros(
            i64::try_from(self.now.began_us.saturating_sub(self.said.ended_us)).unwrap_or(i64::MAX),
        );
        since > self.patience
    }

    /// Whether a copy that lags can show what is said now: a state that came before the one that was said.
    fn may_lag(&self) -> bool {
        !self.now.is_final() && self.said.status != FIRST_STATUS
    }

    /// The row of what a copy that lags may show for a while, and otherwise this row.
    fn unless_it_lags(&self, requirement: &'static str) -> &'static str {
        if self.may_lag() && !self.is_settled() { "HPP-STATUS-020" } else { requirement }
    }
}

/// What a payment came to stays.
fn token_and_order_stay(pair: &Pair<'_>) -> Option<Breach> {
    if !pair.is_one_state() {
        return None;
    }
    KEPT.into_iter().find_map(|(pointer, klarna, kustom)| {
        let requirement = if pair.dialect == Dialect::Klarna { Some(klarna) } else { kustom };
        let now = pair.now.response.body.json().and_then(|body| body.pointer(pointer));
        Some((requirement?, member_equals(pointer, pair.said.text(pointer)?, now).err()?))
    })
}

/// The end of a session that has ended stays. That of a KCO order may move.
fn end_stays(pair: &Pair<'_>) -> Option<Breach> {
    let ends = (pair.said.text(EXPIRES_AT)?, pair.now.text(EXPIRES_AT)?);
    if !pair.is_one_state() || pair.is_untouched || pair.dialect == Dialect::Kustom {
        return None;
    }
    Some(("HPP-EXPIRY-006", same_time(EXPIRES_AT, ends.0, ends.1, "an earlier read")?))
}

/// The time of the last change stays with the status.
fn update_stays(pair: &Pair<'_>) -> Option<Breach> {
    let times = (pair.said.text(UPDATED_AT)?, pair.now.text(UPDATED_AT)?);
    if !pair.is_one_state() {
        return None;
    }
    Some(("HPP-STATUS-010", same_time(UPDATED_AT, times.0, times.1, "an earlier read")?))
}

/// A status that came after another one changed later.
fn changes_move_on(pair: &Pair<'_>) -> Option<Breach> {
    let Pair { said, now, .. } = pair;
    if said.is_final() || pair.is_one_state() {
        return None;
    }
    let (before, at) = (said.updated?, now.updated?);
    if at < before.checked_sub(CLOCK_SKEW).ok()? {
        let landmark = Landmark::new(before, "`updated_at` of an earlier read");
        let place = time::place(at, &landmark);
        let mismatch = Mismatch::new(UPDATED_AT, "a time that is not before that of an earlier read", place);
        return Some((pair.unless_it_lags("HPP-STATUS-010"), mismatch));
    }
    let seen = said.date?.checked_sub(pair.patience).ok()?.checked_sub(CLOCK_SKEW).ok()?;
    if said.status == now.status || pair.may_lag() || at >= seen {
        return None;
    }
    let landmark = Landmark::new(said.date?, format!("a read that showed {}", said.status));
    Some(("HPP-STATUS-010", time::after(UPDATED_AT, at, &landmark).err()?))
}

/// A session whose page was opened never waits again.
fn never_waits_again(pair: &Pair<'_>) -> Option<Breach> {
    let Pair { said, now, .. } = pair;
    if said.is_final() || pair.is_untouched || said.status == FIRST_STATUS || now.status != FIRST_STATUS {
        return None;
    }
    let is_new = said.updated.zip(now.updated).is_some_and(|(before, at)| at - CLOCK_SKEW > before);
    let promise = match pair.last_act {
        Some("approve") => "HPP-STATUS-003",
        Some("decline") => "HPP-STATUS-004",
        Some("back") => "HPP-STATUS-006",
        _ => "HPP-STATUS-002",
    };
    let requirement = if is_new { promise } else { pair.unless_it_lags(promise) };
    let expected = format!("a status that can follow {}", said.status);
    Some((requirement, Mismatch::new(STATUS, expected, now.status)))
}

#[cfg(test)]
mod tests;
