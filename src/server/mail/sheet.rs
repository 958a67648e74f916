/// What a letter says, written once as plain text and once as simple HTML. It loads nothing from anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub subject: String,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Text(String),
    /// A name and what it is, line by line.
    Facts(Vec<(String, String)>),
    Link(String),
}

impl Sheet {
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), blocks: Vec::new() }
    }

    #[must_use]
    pub fn heading(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Heading(text.into()));
        self
    }

    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Text(text.into()));
        self
    }

    #[must_use]
    pub fn facts(mut self, facts: Vec<(String, String)>) -> Self {
        self.blocks.push(Block::Facts(facts));
        self
    }

    #[must_use]
    pub fn link(mut self, url: impl Into<String>) -> Self {
        self.blocks.push(Block::Link(url.into()));
        self
    }

    pub fn plain(&self) -> String {
        let blocks: Vec<String> = self
            .blocks
            .iter()
            .map(|block| match block {
                Block::Heading(text) => text.to_uppercase(),
                Block::Text(text) | Block::Link(text) => text.clone(),
                Block::Facts(facts) => {
                    let lines: Vec<String> =
                        facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                    lines.join("\n")
                }
            })
            .collect();
        blocks.join("\n\n") + "\n"
    }

    pub fn html(&self) -> String {
        let blocks: String = self
            .blocks
            .iter()
            .map(|block| match block {
                Block::Heading(text) => format!("<h2>{}</h2>\n", escape(text)),
                Block::Text(text) => format!("<p>{}</p>\n", escape(text)),
                Block::Link(url) => format!("<p><a href=\"{0}\">{0}</a></p>\n", escape(url)),
                Block::Facts(facts) => {
                    let rows: Vec<String> = facts
                        .iter()
                        .map(|(name, value)| {
                            format!(
                                "<tr><th align=\"left\">{}</th><td>{}</td></tr>\n",
                                escape(name),
                                escape(value)
                            )
                        })
                        .collect();
                    format!("<table cellpadding=\"4\">\n{}</table>\n", rows.concat())
                }
            })
            .collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font-family: sans-serif; max-width: 40em\">\n{blocks}</body>\n</html>\n",
            escape(&self.subject)
        )
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::Sheet;

    #[test]
    fn what_a_traveller_typed_is_text_and_never_markup() {
        let sheet = Sheet::new("<b>")
            .text("<script>alert(1)</script>")
            .facts(vec![("a\"b".into(), "O'Neill & <i>Sons</i>".into())]);
        let html = sheet.html();
        assert!(!html.contains("<script>") && !html.contains("<i>") && !html.contains("<b>"), "{html}");
        assert!(html.contains("O&#39;Neill &amp; &lt;i&gt;Sons&lt;/i&gt;"));
        assert!(sheet.plain().contains("a\"b: O'Neill & <i>Sons</i>"));
    }
}
