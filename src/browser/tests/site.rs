//! The small site that the tests of the browser visit.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const CHECKOUT: &str = "<title>Pay</title><main>Pay 10 €</main><form method=post action=/act>\
    <button name=m value=approve>a</button><button name=m value=decline>d</button><button name=m value=cancel>c</button>\
    <button name=m value=back disabled>b</button></form><button value=keep>k</button>";

/// Status, further header fields and body of an answer. `None` if the site does not answer.
fn answer(method: &str, path: &str, body: &str) -> Option<(u16, String, String)> {
    let page = |html: &str| Some((200, String::new(), html.to_owned()));
    let to = |status: u16, url: &str| Some((status, format!("Location: {url}\r\n"), String::new()));
    match (method, path) {
        ("GET", "/checkout") => page(CHECKOUT),
        ("POST", "/act") if body == "m=approve" => to(303, "/settled"),
        ("POST", "/act") if body == "m=decline" => page("<p id=success>All paid"),
        ("POST", "/act") if body == "m=cancel" => page("<p id=sure>Sure?"),
        ("GET", "/settled") => to(302, "http://merchant.example/s1/success?basket=a%2Bb"),
        ("GET", "/away") => to(302, "http://elsewhere.example/x?token=1"),
        ("GET", "/late") => page(
            "<p id=success>Paid<script>setTimeout(() => location = 'http://merchant.example/s1/success', 150)</script>",
        ),
        ("GET", "/blank") => page("<title></title>"),
        ("GET", "/news") => page("<h1>News of the day</h1>"),
        // The field names rules that prefetch what comes after the second question mark.
        ("GET", path) if path.starts_with("/ahead?") => Some((
            200,
            format!("Speculation-Rules: \"/rules?{}\"\r\n", &path["/ahead?".len()..]),
            "<p id=success>Ahead".to_owned(),
        )),
        ("GET", path) if path.starts_with("/rules?") => Some((
            200,
            "Content-Type: application/speculationrules+json\r\nAccess-Control-Allow-Origin: *\r\n"
                .to_owned(),
            format!(
                "{{\"prefetch\": [{{\"source\": \"list\", \"urls\": [\"{}\"], \"eagerness\": \"immediate\"}}]}}",
                &path["/rules?".len()..]
            ),
        )),
        ("GET", "/spinner") => page("<div style='width: 9px; height: 9px'></div>"),
        ("GET", "/shell") => page("<title>Pay</title><script src=/bundle.js></script><div id=app></div>"),
        ("GET", "/late-shell") => page(
            "<div id=app></div><script>setTimeout(() => document.getElementById('app').append('Pay'), 60000)</script>",
        ),
        ("GET", "/bundle.js") => Some((503, String::new(), "later".to_owned())),
        ("GET", "/frame") => page("<iframe src=/busy></iframe>"),
        ("GET", "/bare") => page("<main>Pay</main>"),
        ("GET", "/refused") => Some((403, String::new(), "<p>Request blocked".to_owned())),
        ("GET", "/to-gone") => to(302, "/gone"),
        ("GET", "/gone") => Some((410, String::new(), "<p>Gone".to_owned())),
        ("GET", "/silent") => None,
        ("GET", "/empty") => Some((204, String::new(), String::new())),
        // The connection ends within the head of the document.
        ("GET", "/cut") => {
            Some((200, "Content-Length: 999\r\n".to_owned(), "<title>Pay</title><style>".to_owned()))
        }
        ("GET", "/overloaded") => Some((503, String::new(), "<p>later".to_owned())),
        ("GET", "/framed") => page("<p>Shop</p><iframe id=inner src=/code></iframe>"),
        ("GET", "/code") => page(
            "<form action=http://merchant.example/s1/success target=_top><input id=code name=c><button id=next>n",
        ),
        ("GET", "/cookies") => page("<button id=cookies onclick='this.remove()'>no</button><main>Pay</main>"),
        ("GET", "/busy") => {
            page("<main id=m>Pay</main><button value=approve onclick='document.title = 1'>a</button>")
        }
        ("GET", "/picture") => page(
            "<p id=success>Paid<canvas id=c width=1000 height=700></canvas><script>\
            const g = c.getContext('2d'), i = g.createImageData(1000, 700);\
            for (let n = 0; n < i.data.length; n++) i.data[n] = (n % 4 == 3) ? 255 : (n * 7919 * (n >> 3)) & 255;\
            g.putImageData(i, 0, 0)</script>",
        ),
        // What follows the question mark is typed, drawn and in a frame. The title tells whether the style of the field has changed.
        ("GET", path) if path.starts_with("/typed?") => page(&format!(
            "<title>plain</title><p id=success>Paid<div id=host></div><iframe src=/typed-code?{text}></iframe><img width=90 height=90 \
            src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'><text y='50'>{text}</text></svg>\">\
            <script>const field = document.createElement('input'); field.value = '{text}';\
            host.attachShadow({{ mode: 'open' }}).append(field);\
            setInterval(() => document.title = field.getAttribute('style') ?? 'plain', 5)</script>",
            text = &path["/typed?".len()..],
        )),
        ("GET", path) if path.starts_with("/typed-code?") => page(&format!(
            "<input type=password value={text}><textarea>{text}</textarea>",
            text = &path["/typed-code?".len()..]
        )),
        ("GET", "/store") => Some((
            200,
            "Set-Cookie: c=1\r\n".to_owned(),
            "<script>localStorage.l = sessionStorage.s = 1</script><main>stored".to_owned(),
        )),
        ("GET", "/stored") => page(
            "<main></main><script>document.querySelector('main').textContent = \
             [document.cookie, localStorage.l, sessionStorage.s].join('|')</script>",
        ),
        // What comes after the question mark is the page itself.
        ("GET", path) if path.starts_with("/html?") => page(
            "<title>Pay</title><script>document.write(decodeURIComponent(location.search.slice(1)))</script>",
        ),
        // What comes after the question mark is run as a script.
        ("GET", path) if path.starts_with("/run?") => {
            page("<main>Run</main><script>eval(decodeURIComponent(location.search.slice(1)))</script>")
        }
        _ => page(&format!("<title>Merchant</title><p>{path}")),
    }
}

/// Starts the site on a free port.
pub async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = Vec::new();
                loop {
                    let text = String::from_utf8_lossy(&request).into_owned();
                    if let Some((head, body)) = text.split_once("\r\n\r\n") {
                        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
                        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                            let mut words = head.split(' ');
                            let (method, path) = (words.next().unwrap(), words.next().unwrap());
                            match answer(method, path, body) {
                                Some((status, fields, body)) => {
                                    let kind = if fields.contains("Content-Type") {
                                        ""
                                    } else {
                                        "Content-Type: text/html; charset=utf-8\r\n"
                                    };
                                    let length = if fields.contains("Content-Length") {
                                        String::new()
                                    } else {
                                        format!("Content-Length: {}\r\n", body.len())
                                    };
                                    let html = format!(
                                        "HTTP/1.1 {status} Word\r\n{kind}{fields}{length}Connection: close\r\n\r\n{body}"
                                    );
                                    stream.write_all(html.as_bytes()).await.unwrap();
                                }
                                None => std::future::pending().await,
                            }
                            return;
                        }
                    }
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
            });
        }
    });
    address
}
