//! The rules a hosted page keeps, as data: what the dialects differ in and what a deviation may weaken.

use jiff::SignedDuration;

use crate::mock::contract::life::Status;
use crate::mock::ground::Dialect;

mod callback;
mod distribution;
mod page;

pub use crate::mock::contract::rules::callback::CallbackRules;
pub use crate::mock::contract::rules::distribution::DistributionRules;
pub use crate::mock::contract::rules::page::{PageRules, Slip};

/// An end of the consumer's visit, and the merchant URL of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
    Error,
    Back,
    Cancel,
}

impl Outcome {
    /// Every outcome, in the order of the reference.
    pub const ALL: [Self; 5] = [Self::Success, Self::Failure, Self::Error, Self::Back, Self::Cancel];

    /// The name of the merchant URL, as the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Back => "back",
            Self::Cancel => "cancel",
        }
    }

    /// The outcome of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// All rules together.
#[derive(Debug, Clone)]
pub struct Rules {
    pub access: AccessRules,
    pub create: CreateRules,
    pub expiry: ExpiryRules,
    pub life: LifeRules,
    pub redirect: RedirectRules,
    pub placeholder: PlaceholderRules,
    pub callback: CallbackRules,
    pub distribution: DistributionRules,
    pub page: PageRules,
    pub order: OrderRules,
}

/// Who gets in.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct AccessRules {
    pub credentials_required: bool,
    pub password_compared: bool,
    pub only_basic_accepted: bool,
    pub page_is_public: bool,
    pub sessions_are_private: bool,
}

/// What a create request must look like, and what it makes.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct CreateRules {
    pub payment_session_url_optional: bool,
    /// Whether the URL of a KP session names a payment session, where KP is the provider.
    pub kp_session_accepted: bool,
    /// Whether the URL of a KCO order names a payment session, where KCO is the provider.
    pub kco_order_accepted: bool,
    pub merchant_urls_optional: bool,
    pub options_optional: bool,
    pub null_merchant_url_accepted: bool,
    pub empty_merchant_url_accepted: bool,
    pub foreign_payment_session_refused: bool,
    pub unknown_payment_session_refused: bool,
    pub siblings_allowed: bool,
    pub sibling_has_its_own_id: bool,
    pub sibling_has_its_own_merchant_urls: bool,
    pub first_status: Status,
    pub both_category_options_refused: bool,
    pub words_checked: bool,
    /// Whether words of an enumeration may be written in lower case, which the reference leaves open.
    pub lower_case_accepted: bool,
    pub logo_accepted: bool,
}

/// How long things live.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct ExpiryRules {
    pub kp_session_lives: SignedDuration,
    pub kco_order_lives: SignedDuration,
    /// How long before its payment session a hosted session ends.
    pub hosted_ends_before: SignedDuration,
    /// How much later than its elder siblings a further hosted session ends.
    pub sibling_ends_later: SignedDuration,
    pub authorization_lives: SignedDuration,
    pub expired_is_not_read: bool,
    pub expired_is_not_disabled: bool,
    pub expired_is_not_payable: bool,
    pub expired_payment_session_refused: bool,
}

/// How a session moves through its statuses.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct LifeRules {
    pub page_load_starts: bool,
    pub confirmed_cancel_ends: bool,
    pub follows_payment_session: bool,
    pub disabled_link_is_dead: bool,
    pub unknown_is_not_found: bool,
    /// A status after which nothing happens any more although it is not final.
    pub ends_early: Option<Status>,
    pub updated_at_moves: bool,
    pub completed_link_is_dead: bool,
    pub completed_is_not_disabled: bool,
    /// Whether a session stays as it was when disabling it is refused.
    pub refusal_changes_nothing: bool,
    pub reading_changes_nothing: bool,
    /// How long a session that was paid still reads as before, by its merchant's clock.
    pub completion_shows_after: SignedDuration,
    pub open_page_vanishes: bool,
    pub disabling_keeps_payment_session: bool,
    /// Whether disabling twice is accepted, which the reference leaves open.
    pub disabled_again_accepted: bool,
}

/// Where an empty `error` URL leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorFallback {
    /// To what the merchant defined for `failure`, its generic page included.
    Failure,
    /// To a generic page, whatever the merchant defined for `failure`.
    Generic,
}

/// Where the consumer is sent.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct RedirectRules {
    pub error_fallback: ErrorFallback,
    /// In eCommerce an empty `back` leads to `cancel`, which acts as a back URL there.
    pub back_falls_back_to_cancel: bool,
    /// An outcome whose given URL is passed over for that of another outcome.
    pub swapped: Option<(Outcome, Outcome)>,
    /// An outcome that stays on the page although its URL is given.
    pub stays: Option<Outcome>,
    pub empty_means_generic_page: bool,
    pub absent_means_generic_page: bool,
    pub cancel_asks_first: bool,
    pub cancel_acting_as_back_keeps_session: bool,
    pub generic_success_page_stays: bool,
    /// Whether a payment is done when the consumer has approved it, rather than when his browser comes back.
    pub approval_completes: bool,
}

/// How orders come to be.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct OrderRules {
    pub none_places_no_order: bool,
    pub place_order_captures_nothing: bool,
    pub capture_order_captures: bool,
    pub changed_data_refused: bool,
    pub one_order_per_payment_session: bool,
    pub token_is_url_safe: bool,
    pub completed_kco_order_is_read_only: bool,
}

/// What `{{session_id}}` becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionIdValue {
    Own,
    OfPaymentSession,
    UpperCase,
}

/// What `{{authorization_token}}` becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenValue {
    Own,
    Empty,
    /// One that was never given out.
    Another,
    /// The order's id where there is no token.
    AlsoForKco,
}

/// What `{{order_id}}` becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderIdValue {
    Own,
    Reference,
    LeftLiteral,
}

/// What becomes of the rest of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryTreatment {
    Kept,
    DecodedOnce,
    OnlyPlaceholders,
}

/// How tags in merchant URLs are filled.
#[derive(Debug, Clone)]
pub struct PlaceholderRules {
    pub session_id: SessionIdValue,
    pub session_id_left_literal_in: Option<Outcome>,
    pub authorization_token: TokenValue,
    pub order_id: OrderIdValue,
    pub every_tag: bool,
    pub query: QueryTreatment,
    pub token_in_success_alone: bool,
}

impl Rules {
    /// The rules as the vendor of the dialect documents them.
    pub fn faithful(dialect: Dialect) -> Self {
        Self {
            access: AccessRules {
                credentials_required: true,
                password_compared: true,
                only_basic_accepted: true,
                page_is_public: true,
                sessions_are_private: true,
            },
            create: CreateRules {
                payment_session_url_optional: false,
                kp_session_accepted: true,
                kco_order_accepted: true,
                merchant_urls_optional: true,
                options_optional: true,
                null_merchant_url_accepted: true,
                empty_merchant_url_accepted: true,
                foreign_payment_session_refused: true,
                unknown_payment_session_refused: true,
                siblings_allowed: true,
                sibling_has_its_own_id: true,
                sibling_has_its_own_merchant_urls: true,
                first_status: Status::Waiting,
                both_category_options_refused: true,
                words_checked: true,
                lower_case_accepted: true,
                logo_accepted: true,
            },
            expiry: ExpiryRules {
                kp_session_lives: SignedDuration::from_hours(48),
                kco_order_lives: SignedDuration::from_hours(48),
                hosted_ends_before: SignedDuration::from_hours(1),
                sibling_ends_later: SignedDuration::ZERO,
                authorization_lives: SignedDuration::from_mins(60),
                expired_is_not_read: true,
                expired_is_not_disabled: true,
                expired_is_not_payable: true,
                expired_payment_session_refused: true,
            },
            life: LifeRules {
                page_load_starts: true,
                confirmed_cancel_ends: true,
                follows_payment_session: true,
                disabled_link_is_dead: true,
                unknown_is_not_found: true,
                ends_early: None,
                updated_at_moves: true,
                completed_link_is_dead: true,
                completed_is_not_disabled: true,
                refusal_changes_nothing: true,
                reading_changes_nothing: true,
                completion_shows_after: SignedDuration::ZERO,
                open_page_vanishes: true,
                disabling_keeps_payment_session: true,
                disabled_again_accepted: true,
            },
            redirect: RedirectRules {
                error_fallback: match dialect {
                    Dialect::Klarna => ErrorFallback::Failure,
                    Dialect::Kustom => ErrorFallback::Generic,
                },
                back_falls_back_to_cancel: dialect == Dialect::Klarna,
                swapped: None,
                stays: None,
                empty_means_generic_page: true,
                absent_means_generic_page: true,
                cancel_asks_first: true,
                cancel_acting_as_back_keeps_session: true,
                generic_success_page_stays: true,
                approval_completes: true,
            },
            placeholder: PlaceholderRules {
                session_id: SessionIdValue::Own,
                session_id_left_literal_in: None,
                authorization_token: TokenValue::Own,
                order_id: OrderIdValue::Own,
                every_tag: true,
                query: QueryTreatment::Kept,
                token_in_success_alone: true,
            },
            callback: CallbackRules::faithful(),
            distribution: DistributionRules::faithful(),
            page: PageRules::faithful(),
            order: OrderRules {
                none_places_no_order: true,
                place_order_captures_nothing: true,
                capture_order_captures: true,
                changed_data_refused: true,
                one_order_per_payment_session: true,
                token_is_url_safe: true,
                completed_kco_order_is_read_only: true,
            },
        }
    }
}
