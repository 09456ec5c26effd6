//! Reads a JSON string a line, each the text of a message of the server, and prints which types it was read as.
#[allow(dead_code, clippy::all)]
mod socket;

use std::fmt::Debug;
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line.expect("a line")).expect("a string");
        match serde_json::from_str(&text) {
            Ok(socket::ServerMessage::StreamMessage(message)) => {
                println!("StreamMessage {}", variant(&message.event))
            }
            Ok(message) => println!("{}", variant(&message)),
            Err(error) => println!("{error}"),
        }
    }
}

/// `CreateEvent` of `CreateEvent(CreateEvent { … })`.
fn variant(value: &impl Debug) -> String {
    format!("{value:?}").split('(').next().unwrap_or_default().to_owned()
}
