//! The texts that only skins have, in the languages of the mock.

/// A mark, and its text in English, German and Swedish. No text has letters that mean something in HTML or in a script.
const TEXTS: &[(&str, [&str; 3])] = &[
    ("loading", ["One moment", "Einen Moment", "Ett ögonblick"]),
    ("debit", ["From your account", "Von Ihrem Konto", "Från ditt konto"]),
    ("transfer", ["By bank transfer", "Mit einer Überweisung", "Med en överföring"]),
    (
        "contact",
        ["Your e-mail or phone number", "Ihre E-Mail oder Telefonnummer", "Din e-post eller telefon"],
    ),
    ("continue", ["Go on", "Weiter", "Gå vidare"]),
    ("confirm", ["I agree", "Ich stimme zu", "Jag godkänner"]),
    ("wrong", ["Please look at this again", "Bitte prüfen Sie das noch einmal", "Titta på det här igen"]),
    (
        "code",
        [
            "The six digits we sent you",
            "Die sechs Ziffern aus unserer Nachricht",
            "De sex siffror vi skickade",
        ],
    ),
    ("review", ["Pay this later", "Später bezahlen", "Betala det senare"]),
    ("plan", ["Pay in three parts", "In drei Teilen bezahlen", "Betala i tre delar"]),
    ("mandate", ["May we take it from your account?", "Dürfen wir abbuchen?", "Får vi dra pengarna?"]),
    ("close", ["Close", "Schließen", "Stäng"]),
    ("bank-id", ["Log in with BankID", "Mit BankID anmelden", "Logga in med BankID"]),
    ("notice", ["A word before you pay", "Ein Wort vor dem Bezahlen", "Ett ord innan du betalar"]),
    ("offer", ["Shall we remember this device?", "Dieses Gerät merken?", "Ska vi minnas den här enheten?"]),
    ("enable", ["Yes, please", "Ja, gern", "Ja tack"]),
    ("skip", ["Not now", "Jetzt nicht", "Inte nu"]),
    ("account", ["Which account?", "Welches Konto?", "Vilket konto?"]),
    ("address", ["Where do you live?", "Wo wohnen Sie?", "Var bor du?"]),
    ("email", ["E-mail", "E-Mail", "E-post"]),
    ("postal-code", ["Postcode", "Postleitzahl", "Postnummer"]),
    ("given-name", ["First name", "Vorname", "Förnamn"]),
    ("family-name", ["Last name", "Nachname", "Efternamn"]),
    ("street", ["Street", "Straße", "Gata"]),
    ("city", ["Town", "Ort", "Ort"]),
    ("phone", ["Phone", "Telefon", "Telefon"]),
    ("number", ["Number of your card", "Nummer Ihrer Karte", "Kortets nummer"]),
    ("expiry", ["Month and year", "Monat und Jahr", "Månad och år"]),
    ("cvc", ["Three digits on the back", "Drei Ziffern auf der Rückseite", "Tre siffror på baksidan"]),
    ("sign-in", ["Who are you?", "Wer sind Sie?", "Vem är du?"]),
    ("national-number", ["Personal number", "Personennummer", "Personnummer"]),
];

/// Each mark with its text in a language. English if there is no such language.
pub fn texts(lang: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let column = match lang {
        "de" => 1,
        "sv" => 2,
        _ => 0,
    };
    TEXTS.iter().map(move |(mark, texts)| (*mark, texts[column]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_safe_in_markup_and_in_a_script() {
        for (mark, text) in ["en", "de", "sv"].into_iter().flat_map(texts) {
            assert!(!text.contains(['<', '>', '&', '"', '\'', '\\', '`', '$', '[']), "{mark}: {text}");
        }
    }

    #[test]
    fn each_language_has_its_own_texts() {
        let of = |lang| texts(lang).map(|(_, text)| text).collect::<Vec<_>>();
        assert!(of("en") == of("fi") && of("en") != of("de") && of("de") != of("sv"));
    }
}
