//! The words in German.

use crate::mock::words::table::Words;

pub const WORDS: Words = Words {
    lang: "de",
    mock_label: "Attrappe: Es fließt kein Geld",
    pay_title: "Bezahlen",
    merchant: "Händler",
    subtotal: "Zwischensumme",
    tax: "Davon Steuern",
    choose_category: "Wie möchten Sie bezahlen?",
    other_categories: "Ihre Wahl wurde abgelehnt. Bitte versuchen Sie eine andere Zahlungsart.",
    pay: "Bezahlen:",
    pay_by_type: &[
        ("BUY", "Kaufen für"),
        ("RENT", "Mieten für"),
        ("BOOK", "Buchen für"),
        ("SUBSCRIBE", "Abonnieren für"),
        ("DOWNLOAD", "Herunterladen für"),
        ("ORDER", "Bestellen für"),
        ("CONTINUE", "Weiter mit"),
    ],
    categories: &[
        ("DIRECT_DEBIT", "Lastschrift"),
        ("DIRECT_BANK_TRANSFER", "Sofortüberweisung"),
        ("PAY_NOW", "Sofort bezahlen"),
        ("PAY_LATER", "Später bezahlen"),
        ("PAY_OVER_TIME", "In Raten bezahlen"),
        ("KLARNA", "Klarna"),
    ],
    be_declined: "Bezahlen und abgelehnt werden",
    meet_error: "Bezahlen und auf einen technischen Fehler stoßen",
    cancel: "Zahlung abbrechen",
    back: "Zurück zum Shop",
    cancel_question: (
        "Diese Zahlung abbrechen?",
        "Der Zahlungslink kann danach nicht mehr verwendet werden.",
    ),
    confirm_cancel: "Ja, Zahlung abbrechen",
    keep: "Nein, weiter bezahlen",
    message: "Hier ist Ihr Zahlungslink. Öffnen Sie ihn, um zu bezahlen:",
    hand_over: ("Zahlungslink übergeben", "Lassen Sie die Kundin oder den Kunden diesen Code scannen."),
    success: (
        "Danke, Ihre Zahlung ist bestätigt",
        "Der Shop wurde benachrichtigt. Sie können diese Seite schließen.",
    ),
    failure: (
        "Ihre Zahlung wurde nicht genehmigt",
        "Es wurde nichts abgebucht. Sie können zum Shop zurückkehren und anders bezahlen.",
    ),
    error: (
        "Etwas ist schiefgegangen",
        "Ein technischer Fehler hat die Zahlung verhindert, es wurde nichts abgebucht. Bitte versuchen Sie es später erneut.",
    ),
    left: (
        "Sie haben die Zahlung verlassen",
        "Es wurde nichts abgebucht. Öffnen Sie Ihren Zahlungslink erneut, um fortzufahren.",
    ),
    cancel_done: (
        "Ihre Zahlung ist abgebrochen",
        "Es wurde nichts abgebucht. Dieser Zahlungslink kann nicht mehr verwendet werden.",
    ),
    completed: ("Diese Zahlung ist bereits abgeschlossen", "Hier ist nichts mehr zu bezahlen."),
    cancelled: (
        "Diese Zahlung wurde abgebrochen",
        "Dieser Zahlungslink kann nicht mehr verwendet werden. Bitten Sie den Shop um einen neuen.",
    ),
    expired: (
        "Dieser Zahlungslink ist abgelaufen",
        "Hier kann nicht mehr bezahlt werden. Bitten Sie den Shop um einen neuen Link.",
    ),
    disabled: (
        "Dieser Zahlungslink ist nicht mehr gültig",
        "Der Shop hat ihn zurückgezogen. Bitten Sie den Shop um einen neuen Link.",
    ),
    vanished: (
        "Seite nicht gefunden",
        "Diese Zahlungsseite gibt es nicht mehr. Bitten Sie den Shop um einen neuen Link.",
    ),
    no_such_move: (
        "Das ist hier nicht möglich",
        "Die Seite bietet nicht, was verlangt wurde. Bitte öffnen Sie Ihren Zahlungslink erneut.",
    ),
    unknown: ("Seite nicht gefunden", "Unter dieser Adresse gibt es keine Zahlungsseite."),
};
