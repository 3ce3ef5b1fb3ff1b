//! The words of steps: every set of words from which feature files choose.

use crate::suite::parameter::words;

words! {
    /// A merchant URL that a consumer can be sent to.
    ConsumerUrl, "the name of a URL to which a consumer is sent" {
        Success = "success", Cancel = "cancel", Back = "back", Failure = "failure", Error = "error",
    }

    /// A merchant URL.
    MerchantUrl, "the name of a merchant URL" {
        Success = "success", Cancel = "cancel", Back = "back", Failure = "failure", Error = "error",
        StatusUpdate = "status_update",
    }

    /// Every status of a hosted session that the reference lists.
    SessionStatus, "a status of a hosted session" {
        Waiting = "WAITING", Back = "BACK", InProgress = "IN_PROGRESS", ManualIdCheck = "MANUAL_ID_CHECK",
        Completed = "COMPLETED", Cancelled = "CANCELLED", Failed = "FAILED", Disabled = "DISABLED",
        Error = "ERROR",
    }

    /// The status of an order in order management.
    OrderStatus, "a status of an order" {
        Authorized = "AUTHORIZED", PartCaptured = "PART_CAPTURED", Captured = "CAPTURED",
        Cancelled = "CANCELLED", Expired = "EXPIRED", Closed = "CLOSED",
    }

    /// `place_order_mode` of a hosted session.
    PlaceOrderMode, "a `place_order_mode`" {
        None = "NONE", PlaceOrder = "PLACE_ORDER", CaptureOrder = "CAPTURE_ORDER",
    }

    /// `acquiring_channel` of a payment session.
    Channel, "a channel of a purchase" {
        Ecommerce = "ECOMMERCE", InStore = "IN_STORE", Telesales = "TELESALES", Moto = "MOTO",
    }

    /// `purchase_type` of a hosted session.
    PurchaseType, "a `purchase_type`" {
        Buy = "BUY", Rent = "RENT", Book = "BOOK", Subscribe = "SUBSCRIBE", Download = "DOWNLOAD",
        Order = "ORDER", Continue = "CONTINUE",
    }

    /// A category of payment methods.
    PaymentCategory, "a category of payment methods" {
        DirectDebit = "DIRECT_DEBIT", DirectBankTransfer = "DIRECT_BANK_TRANSFER", PayNow = "PAY_NOW",
        PayLater = "PAY_LATER", PayOverTime = "PAY_OVER_TIME", Klarna = "KLARNA",
    }

    /// An act on a hosted session.
    Attempted, "an act on a hosted session" {
        Create = "create", Read = "read", Disable = "disable", Distribute = "distribute",
    }

    /// How a password differs from the right one.
    PasswordFault, "a kind of wrong password" {
        Cut = "cut", Longer = "longer", OtherCase = "recased", Empty = "empty", Another = "another's",
    }

    /// A scheme of HTTP authentication that is not Basic.
    OtherScheme, "a scheme of authentication" {
        Bearer = "Bearer", Token = "Token",
    }

    /// A URL of a hosted session that is meant for the consumer.
    PublicUrl, "a URL for the consumer" {
        Page = "redirect_url", QrCode = "qr_code_url",
    }

    /// A member that can be left out of a request for a hosted session.
    RequestMember, "a member that the request has" {
        PaymentSessionUrl = "payment_session_url", MerchantUrls = "merchant_urls", Options = "options",
    }

    /// A value that says nothing.
    Blank, "`null` or `empty`" {
        Null = "null", Empty = "empty",
    }

    /// How the URL of a payment session is wrong.
    WrongPayment, "a kind of wrong payment session" {
        Unknown = "unknown", Foreign = "foreign", Misplaced = "misplaced", Neighbouring = "neighbouring",
        Misversioned = "misversioned", Overlong = "overlong", NearlyKnown = "nearly-known",
        Shortened = "shortened", Kp = "KP",
    }

    /// How a body is not one JSON object.
    BodyFault, "a kind of wrong body" {
        Cut = "cut", Empty = "empty", Followed = "followed-by-text", Comma = "comma-ended",
        SingleQuotes = "single-quoted", Array = "in-an-array",
    }

    /// Where an id differs from that of a session.
    IdPart, "a part of an id" {
        Beginning = "beginning", End = "end",
    }

    /// Which of two hosted sessions of one payment session.
    Age, "the age of a session" {
        Older = "older", Newer = "newer",
    }

    /// A method of HTTP that changes something.
    ChangingMethod, "a method that changes something" {
        Put = "PUT", Patch = "PATCH", Post = "POST",
    }

    /// A member by which a request for distribution names the consumer.
    Contact, "a member that names the consumer" {
        Email = "email", Phone = "phone", PhoneCountry = "phone_country", AccessId = "access_id",
    }

    /// A member that can be left out of a request for distribution.
    DistributionMember, "a member of a request for distribution" {
        Method = "method", ContactInformation = "contact_information", Template = "template",
        Email = "email", Phone = "phone", PhoneCountry = "phone_country", AccessId = "access_id",
    }
}

#[cfg(test)]
mod tests {
    use super::SessionStatus;
    use crate::check::every_answer::LISTED_STATUSES;
    use crate::suite::parameter::Spelt;

    #[test]
    fn features_and_checks_know_the_same_statuses() {
        let words: Vec<&str> = SessionStatus::ALL.iter().map(|status| status.word()).collect();
        assert_eq!(words, LISTED_STATUSES);
    }
}
