//! A server to which nothing may be sent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

/// Accepts connections on a free port and keeps what they send.
pub struct Stranger {
    pub address: SocketAddr,
    came: Arc<Mutex<Vec<String>>>,
}

impl Stranger {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, came) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let kept = Arc::clone(&came);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut part = [0; 8192];
                let count = stream.read(&mut part).unwrap_or_default();
                kept.lock().unwrap().push(String::from_utf8_lossy(&part[..count]).into_owned());
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            }
        });
        Self { address, came }
    }

    /// The requests that came.
    pub fn requests(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }
}
