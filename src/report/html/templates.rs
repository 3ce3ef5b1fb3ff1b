//! The templates of the page, and their filters: escaped text, and sentences with code.

use crate::report::ReportError;
use crate::report::html::timeline::duration;
use crate::report::words::visible;
use minijinja::{Environment, Output, State, Value, escape_formatter};

/// Templates by name. The ending `.html` turns on escaping.
const TEMPLATES: &[(&str, &str)] = &[
    ("page.html", include_str!("page.html")),
    ("first.html", include_str!("first.html")),
    ("matrix.html", include_str!("matrix.html")),
    ("failure.html", include_str!("failure.html")),
    ("exchange.html", include_str!("exchange.html")),
    ("open.html", include_str!("open.html")),
    ("trend.html", include_str!("trend.html")),
    ("scenario.html", include_str!("scenario.html")),
    ("lanes.html", include_str!("lanes.html")),
];

/// The style of the page.
pub(super) const STYLE: &str = include_str!("page.css");

/// The script of the page.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// The texts that every page has.
pub fn texts() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(_, text)| *text).chain([STYLE, SCRIPT])
}

/// The parsed templates.
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Reads the templates.
    pub fn new() -> Result<Self, ReportError> {
        let mut environment = Environment::new();
        environment.set_formatter(write_escaped);
        environment.add_filter("prose", prose);
        environment.add_filter("duration", duration);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        Ok(Self { environment })
    }

    /// Fills a template.
    pub fn render(&self, name: &str, context: Value) -> Result<String, ReportError> {
        Ok(self.environment.get_template(name)?.render(context)?)
    }

    /// A piece of HTML that a later template does not escape again.
    pub fn piece(&self, name: &str, context: Value) -> Result<Value, ReportError> {
        self.render(name, context).map(Value::from_safe_string)
    }
}

/// Writes a value. A text that is not marked as safe is escaped.
fn write_escaped(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => out.write_str(&escape(text)).map_err(minijinja::Error::from),
        None => escape_formatter(out, state, value),
    }
}

/// Escapes text for an element or a quoted attribute. Characters that are not seen become visible.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A sentence as escaped HTML. Text in backticks becomes `code`.
fn prose(text: &str) -> Value {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            html.push_str(if index % 2 == 1 { "<code>" } else { "</code>" });
        }
        html.push_str(&escape(part));
    }
    if text.matches('`').count() % 2 == 1 {
        html.push_str("</code>");
    }
    Value::from_safe_string(html)
}
