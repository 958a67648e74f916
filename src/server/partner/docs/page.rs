//! The document as people read it.

use std::fmt::Write as _;

use serde_json::Value;

/// A whole page: every operation by its tag, then every type.
pub fn write(document: &Value) -> String {
    let mut page = Page(String::new());
    page.head(document);
    for tag in list(&document["tags"]) {
        page.tag(document, tag);
    }
    page.errors();
    page.types(document);
    page.0.push_str("</main></body></html>\n");
    page.0
}

struct Page(String);

impl Page {
    /// Writing into a text cannot fail.
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        _ = writeln!(self.0, "{text}");
    }

    fn head(&mut self, document: &Value) {
        let title = text(&document["info"]["title"]);
        self.line(format_args!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
             <link rel=\"icon\" href=\"/favicon.svg\"><link rel=\"stylesheet\" href=\"/api-docs/style.css\"></head><body><main>\
             <h1>{title}</h1><p>{}</p><p><a href=\"/api-docs/openapi.json\">The OpenAPI document</a></p>",
            prose(&document["info"]["description"])
        ));
        self.line(format_args!("<nav aria-label=\"Contents\"><ul>"));
        for tag in list(&document["tags"]) {
            let name = text(&tag["name"]);
            self.line(format_args!("<li><a href=\"#{}\">{name}</a></li>", anchor(&name)));
        }
        self.line(format_args!(
            "<li><a href=\"#errors\">Errors and limits</a></li><li><a href=\"#types\">Types</a></li></ul></nav>"
        ));
    }

    fn tag(&mut self, document: &Value, tag: &Value) {
        let name = text(&tag["name"]);
        self.line(format_args!(
            "<section><h2 id=\"{}\">{name}</h2><p>{}</p>",
            anchor(&name),
            prose(&tag["description"])
        ));
        for (path, methods) in fields(&document["paths"]) {
            for (method, operation) in fields(methods) {
                if operation["tags"][0] == tag["name"] {
                    self.operation(method, path, operation);
                }
            }
        }
        self.line(format_args!("</section>"));
    }

    fn operation(&mut self, method: &str, path: &str, operation: &Value) {
        self.line(format_args!(
            "<article><h3><code><b>{}</b> {}</code></h3><p>{} {}</p>",
            method.to_ascii_uppercase(),
            escaped(path),
            prose(&operation["summary"]),
            prose(&operation["description"])
        ));
        let parameters = list(&operation["parameters"]);
        if !parameters.is_empty() {
            self.line(format_args!("<dl>"));
            for parameter in parameters {
                self.line(format_args!(
                    "<dt><code>{}</code> <i>{}</i></dt><dd>{}</dd>",
                    text(&parameter["name"]),
                    text(&parameter["in"]),
                    prose(&parameter["description"])
                ));
            }
            self.line(format_args!("</dl>"));
        }
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            self.line(format_args!("<p>Send: {}</p>", kind(body)));
        }
        for (status, response) in fields(&operation["responses"]) {
            let schema = &response["content"]["application/json"]["schema"];
            self.line(format_args!("<p>{status}: {}</p>", kind(schema)));
        }
        self.line(format_args!("</article>"));
    }

    fn errors(&mut self) {
        self.line(format_args!(
            "<section><h2 id=\"errors\">Errors and limits</h2>\
             <p>A call that fails is answered with a list <code>errors</code>: <code>type</code> and <code>code</code> \
             are for programs, <code>title</code> and <code>message</code> for people, and <code>source</code> points to \
             what cannot be right. <code>meta.request_id</code> and the header <code>x-request-id</code> name the request.</p>\
             <p>503 means that it is not known what became of a change: send the same request again, nothing is done twice. \
             An offer is ordered once, an order is paid once, a cancellation is confirmed once; an \
             <code>Idempotency-Key</code> names an order's asking besides.</p>\
             <p>A token may ask so often in each minute of the clock as <code>ratelimit-limit</code> says; \
             <code>ratelimit-remaining</code> and <code>ratelimit-reset</code> tell what is left, and when it starts anew. \
             Beyond that the answer is 429.</p></section>"
        ));
    }

    fn types(&mut self, document: &Value) {
        self.line(format_args!("<section><h2 id=\"types\">Types</h2>"));
        for (name, schema) in fields(&document["components"]["schemas"]) {
            self.line(format_args!(
                "<article><h3 id=\"{}\"><code>{}</code></h3><p>{}</p>",
                anchor(name),
                escaped(name),
                prose(&schema["description"])
            ));
            self.properties(schema);
            for way in list(&schema["oneOf"]).into_iter().chain(list(&schema["allOf"])) {
                self.line(format_args!("<p>{}</p>", prose(&way["description"])));
                self.properties(way);
            }
            let values: Vec<String> = list(&schema["enum"]).into_iter().map(text).collect();
            if !values.is_empty() {
                self.line(format_args!("<p>One of <code>{}</code>.</p>", values.join("</code>, <code>")));
            }
            self.line(format_args!("</article>"));
        }
        self.line(format_args!("</section>"));
    }

    fn properties(&mut self, schema: &Value) {
        let properties = fields(&schema["properties"]);
        if properties.is_empty() {
            return;
        }
        self.line(format_args!("<dl>"));
        for (name, property) in properties {
            self.line(format_args!(
                "<dt><code>{}</code> {}</dt><dd>{}</dd>",
                escaped(name),
                kind(property),
                prose(&property["description"])
            ));
        }
        self.line(format_args!("</dl>"));
    }
}

/// A schema in few words, with a link where it has a name.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#{}\">{}</a>", anchor(name), escaped(name));
    }
    let ways = list(&schema["oneOf"]);
    if !ways.is_empty() {
        let names: Vec<String> = ways.into_iter().filter(|way| way["type"] != "null").map(kind).collect();
        return format!("{}, or null", names.join(" or "));
    }
    if schema["type"] == "array" || !schema["items"].is_null() {
        return format!("list of {}", kind(&schema["items"]));
    }
    match &schema["type"] {
        Value::String(name) => escaped(name),
        Value::Array(names) => {
            let names: Vec<String> = names.iter().map(text).collect();
            names.join(" or ")
        }
        _ => "nothing".into(),
    }
}

/// Prose with code between backticks.
fn prose(value: &Value) -> String {
    let text = text(value);
    let mut parts = text.split('`');
    let mut written = parts.next().unwrap_or_default().to_owned();
    for (i, part) in parts.enumerate() {
        written.push_str(if i % 2 == 0 { "<code>" } else { "</code>" });
        written.push_str(part);
    }
    written
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn anchor(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

fn fields(value: &Value) -> Vec<(&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value)).collect()
}
