use iii_stream_types::constants::function;
use iii_stream_types::socket::{ClientMessage, JoinData, JoinMessage, ServerMessage, StreamEvent};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What a client sends. None is not written; null is Some(None) where both may be.
    let mut data = JoinData::new("1", "chat", "room-1");
    data.id = Some(None);
    let text = serde_json::to_string(&ClientMessage::Join(JoinMessage::new(data)))?;
    assert!(text.contains(r#""id":null"#) && !text.contains("since"));

    // What it receives.
    let text = r#"{"type":"stream","timestamp":1,"streamName":"chat","groupId":"room-1","id":null,"seq":7,
        "epoch":"e","event":{"type":"sync","data":[12345678901234567890]}}"#;
    match ServerMessage::from_json(text)? {
        ServerMessage::Stream(message) => {
            assert_eq!((message.id, message.seq, message.created), (None, Some(7), None));
            if let StreamEvent::Sync(sync) = message.event {
                // Values are the JSON text that came, so that numbers are exact.
                assert_eq!(sync.data.get(), "[12345678901234567890]");
            }
        }
        ServerMessage::Unknown(message) => println!("a message of a later version: {}", message.tag),
        _ => {}
    }

    // What is wrong is named by its field.
    let error = ClientMessage::from_json(r#"{"type":"join","data":{"subscriptionId":1}}"#).unwrap_err();
    assert_eq!(error.path, "data.subscriptionId");
    assert_eq!(error.keyword, "type");

    assert_eq!(function::SET, "stream::set");
    Ok(())
}
