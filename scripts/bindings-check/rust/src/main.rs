//! Reads each row of the test vectors and prints what it is in Rust, one JSON object a line.

use iii_stream_types::{functions, socket, tagged::Inspected, triggers};
use serde_json::{Value, json};

fn inspect(family: &str, name: &str, text: &str) -> Option<Inspected> {
    match family {
        "functions" => functions::inspect(name, text),
        "socket" => socket::inspect(name, text),
        "triggers" => triggers::inspect(name, text),
        _ => None,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name the file of the vectors")?;
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for row in rows {
        let field = |name: &str| row[name].as_str().unwrap_or_default();
        let result = inspect(field("family"), field("type"), field("text"))
            .ok_or_else(|| format!("{}: there is no {}", field("name"), field("type")))?;
        let line = match result {
            Ok((decoded, encoded)) => json!({ "name": row["name"], "decoded": decoded, "encoded": encoded }),
            Err(error) => {
                let error = json!({ "path": error.path, "keyword": error.keyword, "reason": error.reason });
                json!({ "name": row["name"], "error": error })
            }
        };
        println!("{line}");
    }
    Ok(())
}
