//! The words in English.

use crate::mock::words::table::Words;

pub const WORDS: Words = Words {
    lang: "en",
    mock_label: "Mock: no money moves",
    pay_title: "Pay",
    merchant: "Merchant",
    subtotal: "Subtotal",
    tax: "Of which tax",
    choose_category: "How would you like to pay?",
    other_categories: "Your choice was declined. Please try another way to pay.",
    pay: "Pay",
    pay_by_type: &[
        ("BUY", "Buy for"),
        ("RENT", "Rent for"),
        ("BOOK", "Book for"),
        ("SUBSCRIBE", "Subscribe for"),
        ("DOWNLOAD", "Download for"),
        ("ORDER", "Order for"),
        ("CONTINUE", "Continue with"),
    ],
    categories: &[
        ("DIRECT_DEBIT", "Direct debit"),
        ("DIRECT_BANK_TRANSFER", "Direct bank transfer"),
        ("PAY_NOW", "Pay now"),
        ("PAY_LATER", "Pay later"),
        ("PAY_OVER_TIME", "Pay over time"),
        ("KLARNA", "Klarna"),
    ],
    be_declined: "Pay, and be declined",
    meet_error: "Pay, and meet a technical error",
    cancel: "Cancel the payment",
    back: "Back to the shop",
    cancel_question: (
        "Cancel this payment?",
        "The payment link cannot be used any more once it is cancelled.",
    ),
    confirm_cancel: "Yes, cancel the payment",
    keep: "No, go on with the payment",
    message: "Here is your payment link. Open it to pay:",
    hand_over: ("Hand over the payment link", "Let the consumer scan this code."),
    success: ("Thank you, your payment is confirmed", "The shop has been told. You may close this page."),
    failure: (
        "Your payment was not approved",
        "Nothing was charged. You may go back to the shop and try another way to pay.",
    ),
    error: (
        "Something went wrong",
        "A technical error stopped the payment and nothing was charged. Please try again later.",
    ),
    left: ("You left the payment", "Nothing was charged. Open your payment link again to go on."),
    cancel_done: (
        "Your payment is cancelled",
        "Nothing was charged. This payment link can no longer be used.",
    ),
    completed: ("This payment is already completed", "There is nothing left to pay here."),
    cancelled: (
        "This payment was cancelled",
        "This payment link can no longer be used. Please ask the shop for a new one.",
    ),
    expired: (
        "This payment link has expired",
        "It is too late to pay here. Please ask the shop for a new link.",
    ),
    disabled: (
        "This payment link is no longer valid",
        "The shop has withdrawn it. Please ask the shop for a new link.",
    ),
    vanished: (
        "Page not found",
        "This payment page is no longer available. Please ask the shop for a new link.",
    ),
    no_such_move: (
        "This is not possible here",
        "The page does not offer what was asked for. Please open your payment link again.",
    ),
    unknown: ("Page not found", "There is no payment page at this address."),
};
