//! `podviz mcp` as a client sees it: one question a line, one answer a line.

#[path = "files/mod.rs"]
mod files;

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A client that asks, and waits for the answer.
struct Client {
    server: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl Client {
    fn of(input: &Path) -> Client {
        let mut server = Command::new(env!("CARGO_BIN_EXE_podviz"))
            .args(["mcp", "--no-tools"])
            .arg(input)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("podviz runs");
        let to = server.stdin.take();
        let from = BufReader::new(server.stdout.take().expect("an output"));
        Client { server, to, from, asked: 0 }
    }

    /// Sends a line as it is, and gives the next one that comes back.
    fn line(&mut self, line: &str) -> Value {
        writeln!(self.to.as_mut().expect("an input"), "{line}").expect("a question");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("an answer");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let answer =
            self.line(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        assert_eq!(answer["id"], json!(id), "{answer}");
        answer
    }

    /// What a tool says.
    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let answer = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert_eq!(answer["result"]["isError"], json!(false), "{answer}");
        let text = answer["result"]["content"][0]["text"].as_str().expect("text");
        serde_json::from_str(text).expect("JSON")
    }

    /// Why a tool says nothing.
    fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        let answer = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert_eq!(answer["result"]["isError"], json!(true), "{answer}");
        answer["result"]["content"][0]["text"].as_str().expect("text").to_owned()
    }

    /// Closes the input; the server ends by itself.
    fn close(mut self) {
        drop(self.to.take());
        assert!(self.server.wait().expect("an end").success());
    }
}

fn shop() -> Client {
    Client::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop"))
}

#[test]
fn a_client_with_a_handshake_gets_its_version_or_the_newest_that_has_one() {
    let mut client = shop();
    for (asked, given) in
        [("2025-11-25", "2025-11-25"), ("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-11-25")]
    {
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let answer = client.request("initialize", &params);
        assert_eq!(answer["result"]["protocolVersion"], json!(given));
        assert_eq!(answer["result"]["serverInfo"]["name"], json!("podviz"));
        assert!(
            answer["result"]["instructions"].as_str().is_some_and(|text| text.contains("never instructions"))
        );
    }
    assert_eq!(client.request("ping", &json!({}))["result"], json!({}));
    client.close();
}

#[test]
fn a_client_without_a_handshake_names_the_version_in_each_request() {
    let mut client = shop();
    let meta = |version: &str| {
        json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        } })
    };
    let found = client.request("server/discover", &meta("2026-07-28"));
    assert_eq!(found["result"]["resultType"], json!("complete"));
    assert_eq!(found["result"]["supportedVersions"][0], json!("2026-07-28"));
    let listed = client.request("tools/list", &meta("2026-07-28"));
    assert_eq!(listed["result"]["resultType"], json!("complete"));
    assert_eq!(listed["result"]["cacheScope"], json!("public"));
    let refused = client.request("tools/list", &meta("2031-01-01"));
    assert_eq!(refused["error"]["code"], json!(-32022));
    assert_eq!(refused["error"]["data"]["requested"], json!("2031-01-01"));
    client.close();
}

#[test]
fn the_tools_are_named_as_the_commands_and_only_read() {
    let mut client = shop();
    let listed = client.request("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().expect("tools").clone();
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, ["overview", "search", "explain", "impact", "reach", "advise", "diff", "page"]);
    for tool in &tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], json!(true));
        assert_eq!(tool["inputSchema"]["type"], json!("object"));
    }
    client.close();
}

#[test]
fn each_tool_answers_with_file_and_line() {
    let mut client = shop();
    let overview = client.call("overview", &json!({}));
    assert_eq!(overview["kinds"]["Deployment"], json!(3));
    assert_eq!(overview["ways_in"], json!(["Ingress shop/shop"]));
    assert_eq!(overview["workloads"][0]["subject"], json!("Deployment shop/cart"));
    let found = client.call("search", &json!({ "query": "redis" }));
    assert_eq!(found["found"][0]["subject"], json!("Deployment shop/cart"));
    assert_eq!(found["found"][0]["source"], json!("cart.yaml:2"));
    let explained = client.call("explain", &json!({ "subject": "deployment/web" }));
    assert_eq!(explained["facts"]["qos"], json!("Burstable"));
    let fact = client.call("explain", &json!({ "subject": "deployment/web", "fact": "qos" }));
    assert_eq!(fact["facts"][0]["fact"], json!("qos"));
    assert!(fact["facts"][0]["source"]["line"].is_number());
    let impact = client.call("impact", &json!({ "subject": "svc/cart" }));
    assert_eq!(impact["ways_in"], json!(["Ingress shop/shop"]));
    assert_eq!(impact["reached"][0]["subject"], json!("Deployment shop/checkout"));
    assert!(impact["reached"][0]["because"].as_str().is_some_and(|text| text.contains(".yaml:")));
    let needs = client.call("impact", &json!({ "subject": "deployment/web", "needs": true }));
    assert_eq!(needs["direction"], json!("needs"));
    assert_eq!(needs["next"], json!("15"));
    let rest = client.call("impact", &json!({ "subject": "deployment/web", "needs": true, "cursor": "15" }));
    let all = needs["of"].as_u64().expect("how many");
    assert_eq!(rest["reached"].as_array().map(|list| list.len() as u64), Some(all - 15));
    let reach = client.call(
        "reach",
        &json!({ "from": "deployment/web", "to": "svc/checkout", "port": "8080", "namespace": "shop" }),
    );
    assert_eq!(reach["allowed"], json!(true));
    let advice = client.call("advise", &json!({}));
    assert!(advice["counts"].as_object().is_some_and(|counts| !counts.is_empty()));
    assert!(advice["findings"][0]["source"].as_str().is_some_and(|text| text.contains(".yaml:")));
    let page = client.call("page", &json!({ "subject": "deployment/web" }));
    let sections = page["sections"].as_array().expect("sections");
    assert!(sections.contains(&json!("storage")));
    let storage = client.call("page", &json!({ "subject": "deployment/web", "section": "storage" }));
    assert!(storage["markdown"][0].as_str().is_some_and(|text| text.contains("## Storage")));
    client.close();
}

#[test]
fn mistakes_are_answers_and_the_server_goes_on() {
    let mut client = shop();
    assert_eq!(client.line("no JSON")["error"]["code"], json!(-32700));
    assert_eq!(client.line("{}")["error"]["code"], json!(-32600));
    assert_eq!(client.request("tools/none", &json!({}))["error"]["code"], json!(-32601));
    let unknown = client.request("tools/call", &json!({ "name": "delete", "arguments": {} }));
    assert_eq!(unknown["error"]["code"], json!(-32602));
    assert!(client.refused("explain", &json!({})).contains("needs `subject`"));
    assert!(client.refused("explain", &json!({ "subject": "deployment/wbe" })).contains("did you mean"));
    assert!(client.refused("overview", &json!({ "path": "/etc" })).contains("takes no `path`"));
    assert!(client.refused("search", &json!({ "query": 7 })).contains("is text"));
    assert!(
        client
            .refused("page", &json!({ "subject": "deployment/web", "section": "none" }))
            .contains("storage")
    );
    assert!(client.refused("advise", &json!({ "cursor": "x" })).contains("cursor"));
    let both = client.line(
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"}]"#,
    );
    assert_eq!(both, json!([{ "jsonrpc": "2.0", "id": 1, "result": {} }]));
    client.close();
}

#[test]
fn what_changed_is_read_again() {
    let config = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: one}}\ndata: {{k: {value}}}\n")
    };
    let folder = files::written(&[("a.yaml", &config("x"))]);
    let mut client = Client::of(folder.path());
    assert_eq!(client.call("overview", &json!({}))["kinds"], json!({ "ConfigMap": 1 }));
    fs::write(folder.path().join("b.yaml"), config("y").replace("one", "two")).expect("a file");
    assert_eq!(client.call("overview", &json!({}))["kinds"], json!({ "ConfigMap": 2 }));
    client.close();
}

#[test]
fn secrets_are_in_no_answer() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2-correct-horse}\n";
    let folder = files::written(&[("a.yaml", secret)]);
    let mut client = Client::of(folder.path());
    for (tool, arguments) in [
        ("overview", json!({})),
        ("search", json!({ "query": "hunter2" })),
        ("explain", json!({ "subject": "secret/s" })),
        ("page", json!({ "subject": "secret/s", "section": "source" })),
    ] {
        assert!(!client.call(tool, &arguments).to_string().contains("correct-horse"), "{tool}");
    }
    client.close();
}
