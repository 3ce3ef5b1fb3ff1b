//! Selectors: mistakes that no browser can read, found before a page is open.

/// What is wrong with a CSS selector. Only what is certain is told: a browser knows the whole language.
pub(super) fn fault(selector: &str) -> Option<String> {
    let (mut open, mut quote, mut last): (Vec<char>, Option<char>, Option<char>) = (Vec::new(), None, None);
    let mut letters = selector.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            letters.next();
            last = Some(letter);
            continue;
        }
        if let Some(end) = quote {
            quote = quote.filter(|_| letter != end);
            continue;
        }
        let in_attribute = open.last() == Some(&'[');
        match letter {
            '"' | '\'' => quote = Some(letter),
            '[' | '(' => open.push(letter),
            ']' if last == Some('=') => return Some("an attribute has no value behind `=`".into()),
            ']' | ')' => {
                let opened = if letter == ']' { '[' } else { '(' };
                if open.pop() != Some(opened) {
                    return Some(format!("a `{letter}` closes nothing"));
                }
            }
            '#' | '.' if !in_attribute && !letters.peek().is_some_and(|next| begins_a_name(*next)) => {
                return Some(format!("no name follows a `{letter}`"));
            }
            ',' | '>' | '+' | '~' if open.is_empty() && last.is_none_or(joins) => {
                return Some(format!("nothing stands before a `{letter}`"));
            }
            _ => {}
        }
        if !letter.is_whitespace() {
            last = Some(letter);
        }
    }
    match (quote, open.last(), last) {
        (Some(quote), ..) => Some(format!("a {quote} is not closed")),
        (_, Some(open), _) => Some(format!("a `{open}` is not closed")),
        (.., None) => Some("it is empty".into()),
        (.., Some(last)) if joins(last) => Some(format!("nothing stands behind its last `{last}`")),
        _ => None,
    }
}

/// Whether a letter joins two selectors.
fn joins(letter: char) -> bool {
    matches!(letter, ',' | '>' | '+' | '~')
}

/// Whether a name of a class or an id can begin with a letter.
fn begins_a_name(letter: char) -> bool {
    letter.is_ascii_alphabetic() || matches!(letter, '-' | '_' | '\\') || !letter.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_that_no_browser_reads_is_told_with_its_mistake() {
        for (selector, expected) in [
            ("", "it is empty"),
            (" ", "it is empty"),
            ("main[data-screen=", "a `[` is not closed"),
            ("main[data-screen=]", "an attribute has no value behind `=`"),
            ("main[data-screen=\"a]", "a \" is not closed"),
            ("main]", "a `]` closes nothing"),
            ("p:not(.a", "a `(` is not closed"),
            ("p:not(.a]", "a `]` closes nothing"),
            (".", "no name follows a `.`"),
            ("#1a", "no name follows a `#`"),
            ("a, , b", "nothing stands before a `,`"),
            ("> a", "nothing stands before a `>`"),
            ("a,", "nothing stands behind its last `,`"),
            ("a >", "nothing stands behind its last `>`"),
        ] {
            assert_eq!(fault(selector).as_deref(), Some(expected), "{selector}");
        }
    }

    #[test]
    fn what_a_browser_reads_is_no_fault() {
        for selector in [
            "main",
            "*",
            "#a-b, .c_d > .e ~ .f + g",
            "[data-testid=\"a, [b\"], [data-fs-element='Buy ] Button']",
            "li:nth-child(2n + 1):not(.a, .b)",
            "a[href$=.pdf]",
            "a[href~='x']",
            "#\\31 23",
            ".é",
            "p::before",
        ] {
            assert_eq!(fault(selector), None, "{selector}");
        }
    }
}
