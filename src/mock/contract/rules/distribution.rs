//! The rules of distributing a link, as data.

/// What a request must say, and what is then sent.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct DistributionRules {
    pub method_required: bool,
    pub contact_required: bool,
    /// Whether the member a method rests on must be there.
    pub address_required: bool,
    pub phone_required: bool,
    pub access_id_required: bool,
    pub address_checked: bool,
    pub country_checked: bool,
    pub method_checked: bool,
    pub email_offered: bool,
    pub sms_offered: bool,
    pub access_id_looked_up: bool,
    pub access_id_kept: bool,
    pub disabled_refused: bool,
    pub ended_refused: bool,
    pub expired_refused: bool,
    /// How many messages one request sends.
    pub copies: usize,
    /// Whether a message links to the page of its session.
    pub links_to_session: bool,
}

impl DistributionRules {
    /// The documented rules.
    pub fn faithful() -> Self {
        Self {
            method_required: true,
            contact_required: true,
            address_required: true,
            phone_required: true,
            access_id_required: true,
            address_checked: true,
            country_checked: true,
            method_checked: true,
            email_offered: true,
            sms_offered: true,
            access_id_looked_up: true,
            access_id_kept: true,
            disabled_refused: true,
            ended_refused: true,
            expired_refused: true,
            copies: 1,
            links_to_session: true,
        }
    }
}
