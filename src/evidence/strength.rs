//! How hard a credential is to guess. Only one that is easy to guess may be taken for a word of a text.

/// A credential of at least this many bits is strong.
const STRONG: usize = 45;

/// Bits of a letter, a digit and another sign. `-`, `_`, `.` and a space only separate words.
const LETTER: usize = 5;
const DIGIT: usize = 3;
const SIGN: usize = 5;

/// Bits of a word, as one of about two thousand. A longer run of letters is no word.
const WORD: usize = 11;
const LONGEST_WORD: usize = 15;

/// What a part of a credential consists of.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Letters,
    Digits,
    Sign,
    Separator,
}

/// Whether a credential is hard to guess.
pub(super) fn is_strong(credential: &str) -> bool {
    let mut bits = 0;
    let mut rest = credential;
    while let Some(first) = rest.chars().next() {
        let part = part(first);
        // A capital begins a word.
        let mut before = first;
        let is_same = |c: &char| {
            let begins = c.is_uppercase() && before.is_lowercase();
            before = *c;
            self::part(*c) == part && !begins
        };
        let length = rest.chars().take_while(is_same).count();
        bits += match part {
            Part::Letters if length <= LONGEST_WORD => WORD.min(length * LETTER),
            Part::Letters => length * LETTER,
            Part::Digits => length * DIGIT,
            Part::Sign => length * SIGN,
            Part::Separator => 0,
        };
        rest = rest.char_indices().nth(length).map_or("", |(at, _)| &rest[at..]);
    }
    bits >= STRONG
}

fn part(character: char) -> Part {
    match character {
        '-' | '_' | '.' | ' ' => Part::Separator,
        _ if character.is_alphabetic() => Part::Letters,
        _ if character.is_numeric() => Part::Digits,
        _ => Part::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_weak_and_random_signs_are_strong() {
        for (credential, strong) in [
            ("", false),
            ("payments-team", false),
            ("Payments-Team-2026", false),
            ("no second region", false),
            ("paymentsShopTeam", false),
            ("+46701740605", false),
            ("K7user_4c1e", false),
            ("Password123!", false),
            ("авторизация", false),
            ("Qz8kwv3mmppl0qqx", true),
            ("Zq8\"pass/w 77", true),
            ("aB3xK9mQ2pLz", true),
            ("qzkwvxmmpplaqqxy", true),
            ("PK250364_4d8a4f3fe0c2", true),
            ("correct horse battery staple again", true),
            ("f3392f8b-6116-4073-ab96-e330819e2c07", true),
        ] {
            assert_eq!(is_strong(credential), strong, "{credential}");
        }
    }
}
