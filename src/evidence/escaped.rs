//! Texts with escaped characters, as in JSON, HTML and URLs: what they say, and where it stands.

use crate::evidence::found::{Found, with_labels};
use crate::evidence::json::code_unit;
use std::borrow::Cow;

/// An escaped text may be escaped again: a URL in JSON in a page.
const LEVELS: usize = 3;

/// The longest escape of HTML that is read, without `&` and `;`.
const LONGEST_ENTITY: usize = 8;

/// The named escapes of HTML and XML.
const ENTITIES: &[(&str, char)] = &[("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];

/// The text with a label in place of each secret that `find` finds in it or, behind escapes, in what it says.
pub(super) fn replaced(text: &str, find: impl Fn(&str) -> Vec<Found>) -> Cow<'_, str> {
    without_escaped(with_labels(text.into(), &find(text)), find)
}

/// The text with a label in place of each secret behind escapes.
pub(super) fn without_escaped(text: Cow<'_, str>, find: impl Fn(&str) -> Vec<Found>) -> Cow<'_, str> {
    (0..LEVELS).fold(text, |shown, depth| {
        let level = Unescaped::levels(&shown).nth(depth);
        let found = level.map(|level| level.in_escaped(find(&level.text))).unwrap_or_default();
        with_labels(shown, &found)
    })
}

/// A text without its escapes.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// For each byte of the text, and for its end, where it stands in the escaped text.
    places: Vec<usize>,
}

impl Unescaped {
    /// The text of each level. The first one has no escapes of the given text.
    pub(super) fn levels(escaped: &str) -> impl Iterator<Item = Self> {
        let again = |level: &Self| {
            let next = Self::of(&level.text)?;
            let places = next.places.iter().map(|place| level.places[*place]).collect();
            Some(Self { places, ..next })
        };
        std::iter::successors(Self::of(escaped), again).take(LEVELS)
    }

    /// `None` if nothing is escaped.
    fn of(escaped: &str) -> Option<Self> {
        let first = escaped.find(['&', '\\', '%'])?;
        let mut text = escaped[..first].to_owned();
        let mut places: Vec<usize> = (0..first).collect();
        let mut rest = escaped[first..].chars();
        while let Some(character) = rest.clone().next() {
            let at = escaped.len() - rest.as_str().len();
            let (meant, length) = escape(rest.as_str()).unwrap_or((character, character.len_utf8()));
            text.push(meant);
            places.resize(text.len(), at);
            rest = escaped[at + length..].chars();
        }
        places.push(escaped.len());
        (text.len() < escaped.len()).then_some(Self { text, places })
    }

    /// Places of this text, as places of the escaped one.
    pub(super) fn in_escaped(&self, found: Vec<Found>) -> Vec<Found> {
        let place = |found: Found| Found {
            place: self.places[found.place.start]..self.places[found.place.end],
            ..found
        };
        found.into_iter().map(place).collect()
    }
}

/// The escape at the start of a text: the character that it means, and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    match text.as_bytes().first()? {
        b'%' => percent(text),
        b'&' => entity(text),
        b'\\' => backslash(text),
        _ => None,
    }
}

/// A character of UTF-8, each byte of it escaped.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = |index: usize| {
        let digits = text.get(3 * index..)?.strip_prefix('%')?.get(..2)?;
        u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
    };
    let length = match byte(0)? {
        0x00..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    let bytes: Vec<u8> = (0..length).map_while(byte).collect();
    let character = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((character, 3 * length))
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST_ENTITY + 2).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let named = || ENTITIES.iter().find(|(entity, _)| *entity == name).map(|(_, character)| *character);
    let character = match name.strip_prefix('#') {
        None => named(),
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        }
        .and_then(char::from_u32),
    };
    Some((character?, end + 1))
}

fn backslash(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    match bytes.get(1)? {
        mark @ (b'"' | b'\'' | b'/' | b'\\') => Some((char::from(*mark), 2)),
        // A control character. Its letter would join the word after it.
        b'b' | b'f' | b'n' | b'r' | b't' => Some(('\n', 2)),
        b'u' => {
            let unit = code_unit(bytes)?;
            let pair = || code_unit(&bytes[6..]).and_then(|low| char::decode_utf16([unit, low]).next()?.ok());
            match char::from_u32(unit.into()) {
                Some(character) => Some((character, 6)),
                None => Some((pair()?, 12)),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_escape_becomes_its_character_and_keeps_its_place() {
        for (escaped, text) in [
            ("%51%c3%A9%F0%9f%98%80", "Qé😀"),
            ("&quot;&#39;&#x2F;&#X27;&amp;&#233;", "\"'/'&é"),
            (r#"\"\/\\\u0051\u00E9\ud83d\ude00\t"#, "\"/\\Qé😀\n"),
        ] {
            let found = Unescaped::of(escaped).unwrap();
            assert_eq!(found.text, text);
            let whole = Found { place: 0..text.len(), label: "‹x:1›".into() };
            assert_eq!(found.in_escaped(vec![whole])[0].place, 0..escaped.len(), "{escaped}");
        }
        let inner = Unescaped::of("a%51b").unwrap();
        let found = Found { place: 1..2, label: "‹x:1›".into() };
        assert_eq!(inner.in_escaped(vec![found])[0].place, 1..4);
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        for text in
            ["", "Q", "50 % off", "%+1%é1%C3%C3", "a & b; &x; &#; &#xD800;", r"\u12 \ud83d \a \é", "\\"]
        {
            assert!(Unescaped::of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_escaped_twice_has_two_levels() {
        let levels: Vec<(String, usize)> = Unescaped::levels(r"x\u0026quot;%25&amp;")
            .map(|level| (level.text.clone(), level.places[2]))
            .collect();
        assert_eq!(levels, [("x&quot;%&".to_owned(), 7), ("x\"%&".to_owned(), 12)]);
    }
}
