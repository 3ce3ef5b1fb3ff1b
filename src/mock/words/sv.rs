//! The words in Swedish.

use crate::mock::words::table::Words;

pub const WORDS: Words = Words {
    lang: "sv",
    mock_label: "Attrapp: inga pengar flyttas",
    pay_title: "Betala",
    merchant: "Butik",
    subtotal: "Delsumma",
    tax: "Varav moms",
    choose_category: "Hur vill du betala?",
    other_categories: "Ditt val nekades. Försök betala på ett annat sätt.",
    pay: "Betala",
    pay_by_type: &[
        ("BUY", "Köp för"),
        ("RENT", "Hyr för"),
        ("BOOK", "Boka för"),
        ("SUBSCRIBE", "Prenumerera för"),
        ("DOWNLOAD", "Ladda ner för"),
        ("ORDER", "Beställ för"),
        ("CONTINUE", "Fortsätt med"),
    ],
    categories: &[
        ("DIRECT_DEBIT", "Autogiro"),
        ("DIRECT_BANK_TRANSFER", "Direkt banköverföring"),
        ("PAY_NOW", "Betala nu"),
        ("PAY_LATER", "Betala senare"),
        ("PAY_OVER_TIME", "Dela upp betalningen"),
        ("KLARNA", "Klarna"),
    ],
    be_declined: "Betala och bli nekad",
    meet_error: "Betala och möt ett tekniskt fel",
    cancel: "Avbryt betalningen",
    back: "Tillbaka till butiken",
    cancel_question: ("Avbryta betalningen?", "Betalningslänken kan inte användas efter att den avbrutits."),
    confirm_cancel: "Ja, avbryt betalningen",
    keep: "Nej, fortsätt betala",
    message: "Här är din betalningslänk. Öppna den för att betala:",
    hand_over: ("Lämna över betalningslänken", "Låt kunden skanna den här koden."),
    success: ("Tack, din betalning är bekräftad", "Butiken har fått besked. Du kan stänga sidan."),
    failure: (
        "Din betalning godkändes inte",
        "Inget har dragits. Du kan gå tillbaka till butiken och betala på ett annat sätt.",
    ),
    error: (
        "Något gick fel",
        "Ett tekniskt fel stoppade betalningen och inget har dragits. Försök igen senare.",
    ),
    left: ("Du lämnade betalningen", "Inget har dragits. Öppna din betalningslänk igen för att fortsätta."),
    cancel_done: (
        "Din betalning är avbruten",
        "Inget har dragits. Betalningslänken kan inte användas längre.",
    ),
    completed: ("Den här betalningen är redan klar", "Det finns inget mer att betala här."),
    cancelled: (
        "Den här betalningen avbröts",
        "Betalningslänken kan inte användas längre. Be butiken om en ny.",
    ),
    expired: ("Betalningslänken har gått ut", "Det är för sent att betala här. Be butiken om en ny länk."),
    disabled: (
        "Betalningslänken är inte längre giltig",
        "Butiken har dragit tillbaka den. Be butiken om en ny länk.",
    ),
    vanished: ("Sidan hittades inte", "Betalningssidan finns inte längre. Be butiken om en ny länk."),
    no_such_move: (
        "Det går inte här",
        "Sidan erbjuder inte det som efterfrågades. Öppna din betalningslänk igen.",
    ),
    unknown: ("Sidan hittades inte", "Det finns ingen betalningssida på den här adressen."),
};
