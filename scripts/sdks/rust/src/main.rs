//! A worker of crates.io's iii-sdk: tries every feature and prints a line of JSON for each.
//! scripts/sdks/trial.ts builds and runs it. This SDK has no triggers any more: it observes.
#![allow(deprecated)]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use iii_helpers::stream::{
    StreamDeleteInput, StreamDeleteResult, StreamGetInput, StreamListGroupsInput, StreamListInput,
    StreamSetInput, StreamSetResult, StreamUpdateInput, StreamUpdateResult,
};
use iii_sdk::helpers::create_stream;
use iii_sdk::protocol::Dispatch;
use iii_sdk::{
    CallRequest, Error, IIIClient, IStream, InitOptions, ObserverHandle, ObserverOptions,
    RegisterFunction, Source, register_worker,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

type Failed = Box<dyn std::error::Error + Send + Sync>;
type Heard = (Value, Option<Value>);

const SOON: Duration = Duration::from_secs(10);

#[derive(Clone, Default)]
struct Mine(Arc<Mutex<BTreeMap<String, Value>>>);

#[async_trait]
impl IStream for Mine {
    async fn get(&self, input: StreamGetInput) -> Result<Option<Value>, Error> {
        Ok(self.0.lock().unwrap().get(&input.item_id).cloned())
    }
    async fn set(&self, input: StreamSetInput) -> Result<Option<StreamSetResult>, Error> {
        let old_value = self.0.lock().unwrap().insert(input.item_id, input.data.clone());
        Ok(Some(StreamSetResult { old_value, new_value: input.data }))
    }
    async fn delete(&self, input: StreamDeleteInput) -> Result<StreamDeleteResult, Error> {
        Ok(StreamDeleteResult { old_value: self.0.lock().unwrap().remove(&input.item_id) })
    }
    async fn list(&self, _: StreamListInput) -> Result<Vec<Value>, Error> {
        Ok(self.0.lock().unwrap().values().cloned().collect())
    }
    async fn list_groups(&self, _: StreamListGroupsInput) -> Result<Vec<String>, Error> {
        Ok(vec!["g".into()])
    }
    async fn update(&self, _: StreamUpdateInput) -> Result<Option<StreamUpdateResult>, Error> {
        Ok(None)
    }
}

struct Worker {
    iii: IIIClient,
    stored: Mine,
    observed: AsyncMutex<UnboundedReceiver<Heard>>,
    observer: Mutex<Option<ObserverHandle>>,
    input: AsyncMutex<Lines<BufReader<Stdin>>>,
}

fn tell(line: Value) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
}

fn check(is_so: bool, what: impl std::fmt::Debug) -> Result<(), Failed> {
    if is_so { Ok(()) } else { Err(format!("not as expected: {what:?}").into()) }
}

fn at(stream: &str, item: &str) -> Value {
    json!({ "stream_name": stream, "group_id": "g", "item_id": item })
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

impl Worker {
    async fn call(&self, id: &str, payload: Value) -> Result<Value, Failed> {
        Ok(self.iii.call(CallRequest::new(id, payload)).await?)
    }

    /// Through the server: the SDK calls functions of its own process by itself.
    async fn echo(&self, payload: Value, metadata: Value) -> Result<Value, Failed> {
        let request = CallRequest::new("sdk::echo", payload).metadata(metadata);
        Ok(self.iii.call(request.dispatch(Dispatch::Remote)).await?)
    }

    async fn hear(&self) -> Result<String, Failed> {
        Ok(self.input.lock().await.next_line().await?.unwrap_or_default())
    }

    async fn next_change(&self) -> Result<Heard, Failed> {
        Ok(timeout(SOON, self.observed.lock().await.recv()).await?.ok_or("closed")?)
    }

    async fn is_next(&self, item: &str, within: Duration) -> bool {
        let mut observed = self.observed.lock().await;
        matches!(timeout(within, observed.recv()).await, Ok(Some((data, _))) if data["input"]["id"] == item)
    }

    async fn functions(&self) -> Result<bool, Failed> {
        check(self.echo(json!({ "n": 1 }), Value::Null).await?["data"]["n"] == 1, "echo")?;
        let item = at("plain", "a");
        let set = self.call("stream::set", with(item.clone(), "data", json!({ "n": 1 }))).await?;
        check(set == json!({ "old_value": null, "new_value": { "n": 1 } }), set)?;
        let ops = json!([{ "type": "increment", "path": "n", "by": 2 }]);
        let updated = self.call("stream::update", with(item.clone(), "ops", ops)).await?;
        check(updated["new_value"] == json!({ "n": 3 }), updated)?;
        let listed = self.call("stream::list", json!({ "stream_name": "plain", "group_id": "g" })).await?;
        check(listed == json!([{ "n": 3 }]), listed)?;
        let deleted = self.call("stream::delete", item.clone()).await?;
        check(deleted == json!({ "old_value": { "n": 3 } }), deleted)?;
        let gone = self.call("stream::get", item).await?;
        check(gone.is_null(), gone)?;
        Ok(true)
    }

    async fn observe(&self) -> Result<bool, Failed> {
        let filters = json!({ "input.stream_name": { "$eq": "observed" } });
        let source = Source::function("stream::on-changed").filters(filters);
        let options = ObserverOptions::default().metadata(json!({ "tag": "m2" }));
        let handle = self.iii.observe_with(source, "sdk::on-changed", options);
        timeout(SOON, handle.ready()).await??;
        *self.observer.lock().unwrap() = Some(handle);
        self.call("stream::set", with(at("other", "a"), "data", json!(1))).await?;
        self.call("stream::set", with(at("observed", "a"), "data", json!(2))).await?;
        let (data, metadata) = self.next_change().await?;
        check(data["input"]["stream_name"] == "observed" && data["input"]["event"]["data"] == 2, data)?;
        check(metadata == Some(json!({ "tag": "m2" })), metadata)?;
        Ok(true)
    }

    async fn metadata(&self) -> Result<bool, Failed> {
        let echoed = self.echo(json!({}), json!({ "m": 1 })).await?;
        check(echoed["metadata"] == json!({ "m": 1 }), echoed)?;
        Ok(true)
    }

    async fn custom(&self) -> Result<bool, Failed> {
        let item = at("mine", "a");
        let value = json!({ "id": "a", "n": 1 });
        let set = self.call("stream::set", with(item.clone(), "data", value.clone())).await?;
        check(set == json!({ "old_value": null, "new_value": value }), set)?;
        check(self.stored.0.lock().unwrap().get("a") == Some(&value), "stored")?;
        let ops = json!([{ "type": "increment", "path": "n", "by": 1 }]);
        let next = json!({ "id": "a", "n": 2 });
        let updated = self.call("stream::update", with(item.clone(), "ops", ops)).await?;
        check(updated["new_value"] == next, updated)?;
        let found = self.call("stream::get", item.clone()).await?;
        check(found == next, found)?;
        let listed = self.call("stream::list", json!({ "stream_name": "mine", "group_id": "g" })).await?;
        check(listed == json!([next]), listed)?;
        let groups = self.call("stream::list_groups", json!({ "stream_name": "mine" })).await?;
        check(groups == json!(["g"]), groups)?;
        let deleted = self.call("stream::delete", item).await?;
        check(deleted == json!({ "old_value": next }), deleted)?;
        Ok(true)
    }

    async fn large(&self) -> Result<bool, Failed> {
        let text = "x".repeat(3_000_000);
        self.call("stream::set", with(at("plain", "large"), "data", json!(text))).await?;
        check(self.call("stream::get", at("plain", "large")).await? == json!(text), "3 MB")?;
        let longer = "y".repeat(12_000_000);
        let echoed = self.echo(json!({ "longer": longer }), Value::Null).await?;
        check(echoed["data"]["longer"] == json!(longer), "12 MB")?;
        Ok(true)
    }

    async fn reconnect(&self) -> Result<bool, Failed> {
        tell(json!({ "cut": true }));
        check(self.hear().await? == "cut", "cut")?;
        let change = with(at("observed", "c"), "data", json!("again"));
        let is_observing = self.observer.lock().unwrap().is_some();
        // The SDK observes again some time after calls work again, and what happened until then is not told.
        loop {
            let mut request = CallRequest::new("stream::set", change.clone());
            request.timeout_ms = Some(1_000);
            let is_set = self.iii.call(request).await.is_ok();
            if is_set && !is_observing {
                break;
            }
            if is_set && self.is_next("c", Duration::from_millis(500)).await {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        check(self.echo(json!({ "n": 2 }), Value::Null).await?["data"]["n"] == 2, "echo")?;
        Ok(true)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let iii = register_worker(&std::env::var("III_URL")?, InitOptions::default());
    let (seen, observed) = unbounded_channel();
    iii.register_function(
        "sdk::echo",
        RegisterFunction::new_async(|data: Value, metadata: Option<Value>| async move {
            Ok::<_, Error>(json!({ "data": data, "metadata": metadata }))
        }),
    );
    iii.register_function(
        "sdk::on-changed",
        RegisterFunction::new_async(move |data: Value, metadata: Option<Value>| {
            let _ = seen.send((data, metadata));
            async move { Ok::<_, Error>(json!({})) }
        }),
    );
    let stored = Mine::default();
    create_stream(&iii, "mine", stored.clone());
    let input = AsyncMutex::new(BufReader::new(tokio::io::stdin()).lines());
    let observed = AsyncMutex::new(observed);
    let worker = Worker { iii, stored, observed, observer: Mutex::new(None), input };

    worker.hear().await?;
    // Engines since 0.23 do not know a worker's functions before it has announced itself.
    while let Err(error) = worker.echo(json!({}), Value::Null).await {
        if !error.to_string().contains("not found") {
            return Err(error);
        }
        sleep(Duration::from_millis(50)).await;
    }
    for name in std::env::var("FEATURES")?.split(' ') {
        let outcome = match name {
            "functions" => worker.functions().await,
            "observe" => worker.observe().await,
            "metadata" => worker.metadata().await,
            "custom" => worker.custom().await,
            "large" => worker.large().await,
            "reconnect" => worker.reconnect().await,
            _ => Ok(false),
        };
        tell(match outcome {
            Ok(true) => json!({ "feature": name, "outcome": "works" }),
            Ok(false) => json!({ "feature": name, "outcome": "not offered" }),
            Err(error) => json!({ "feature": name, "outcome": "fails", "why": error.to_string() }),
        });
    }
    worker.iii.shutdown_async().await;
    std::process::exit(0);
}
