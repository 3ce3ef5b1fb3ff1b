//! The payment method behind a payment method category.

use serde_json::{Value, json};

/// How a consumer of a category pays. Free choice: each category has one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Its type, as KP spells it.
    name: &'static str,
    number_of_days: Option<i64>,
    number_of_installments: Option<i64>,
}

/// The payment method of a category.
pub fn payment_method(category: &str) -> PaymentMethod {
    let (name, number_of_days, number_of_installments) = match category {
        "PAY_OVER_TIME" => ("fixed_amount", None, Some(3)),
        "PAY_NOW" => ("card", None, None),
        "DIRECT_DEBIT" => ("direct_debit", None, None),
        "DIRECT_BANK_TRANSFER" => ("direct_bank_transfer", None, None),
        _ => ("invoice", Some(30), None),
    };
    PaymentMethod { name, number_of_days, number_of_installments }
}

impl PaymentMethod {
    /// The method as KP shows it after the order was placed.
    pub fn authorized(self) -> Value {
        let mut body = json!({ "type": self.name });
        if let Some(days) = self.number_of_days {
            body["number_of_days"] = days.into();
        }
        if let Some(installments) = self.number_of_installments {
            body["number_of_installments"] = installments.into();
        }
        body
    }

    /// The method as order management shows it.
    pub fn initial(self) -> Value {
        let mut body = json!({ "type": self.name.to_ascii_uppercase() });
        if let Some(installments) = self.number_of_installments {
            body["number_of_installments"] = installments.into();
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_has_the_numbers_of_its_type() {
        for (category, expected) in [
            ("PAY_LATER", json!({ "type": "invoice", "number_of_days": 30 })),
            ("PAY_OVER_TIME", json!({ "type": "fixed_amount", "number_of_installments": 3 })),
            ("PAY_NOW", json!({ "type": "card" })),
        ] {
            assert_eq!(payment_method(category).authorized(), expected);
        }
        let initial = json!({ "type": "FIXED_AMOUNT", "number_of_installments": 3 });
        assert_eq!(payment_method("PAY_OVER_TIME").initial(), initial);
    }
}
