//! The rules of what the payment page shows, as data.

/// What the page may get wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    NoTitle,
    NoLogo,
    /// The first background image, whatever the width.
    AnyBackground,
    SubtotalShown,
    OnePayLabel,
    /// A single category does not narrow the choice.
    CategoryIgnored,
    /// Several categories do not narrow the choice.
    CategoriesIgnored,
    /// Categories narrow the choice for KCO too.
    CategoriesHonouredForKco,
    NoFallback,
    NoAmount,
    AlwaysEnglish,
    /// Back and cancel at once.
    TwoWaysOut,
    NoButtonsOnPhones,
    QrLeadsElsewhere,
}

/// What the payment page shows.
#[derive(Debug, Clone)]
pub struct PageRules {
    pub slip: Option<Slip>,
}

impl PageRules {
    /// A page that shows everything as it was asked for.
    pub fn faithful() -> Self {
        Self { slip: None }
    }

    pub fn slips(&self, slip: Slip) -> bool {
        self.slip == Some(slip)
    }
}
