//! HTTP messages as bytes, for servers and proxies of the tests.

use std::io::BufRead;

/// The next message: its first line, its other fields, and its body. `None` if the connection ends before.
pub fn message(reader: &mut impl BufRead) -> Option<(String, Vec<String>, Vec<u8>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let value = |line: &str, name: &str| {
        let (field, value) = line.split_once(':')?;
        field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    let length = lines.iter().find_map(|line| value(line, "Content-Length")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let first = lines.remove(0);
    lines.retain(|line| value(line, "Content-Length").or(value(line, "Connection")).is_none());
    Some((first, lines, body))
}

/// The fields as lines of a head.
pub fn lines(fields: &[String]) -> String {
    fields.iter().flat_map(|field| [field.as_str(), "\r\n"]).collect()
}
