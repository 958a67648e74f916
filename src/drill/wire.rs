//! Postgres messages in a stream of bytes (documentation of `PostgreSQL`, "Message Formats").

/// A whole message as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// None for the first message of a client, which has no type.
    pub tag: Option<u8>,
    pub bytes: Vec<u8>,
}

impl Message {
    /// What follows type and length.
    pub fn body(&self) -> &[u8] {
        let head = if self.tag.is_some() { 5 } else { 4 };
        self.bytes.get(head..).unwrap_or_default()
    }

    /// The body's strings, each up to its zero.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.body().split(|byte| *byte == 0).map(|text| std::str::from_utf8(text).unwrap_or_default())
    }
}

/// Cuts one direction of a connection into messages.
#[derive(Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    typed: bool,
}

impl Framer {
    pub fn of_client() -> Self {
        Self { buffer: Vec::new(), typed: false }
    }

    pub fn of_server() -> Self {
        Self { buffer: Vec::new(), typed: true }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, if it is there.
    pub fn next_message(&mut self) -> Option<Message> {
        let length_at = usize::from(self.typed);
        let length = self.buffer.get(length_at..length_at + 4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        let end = length_at + usize::try_from(length).ok()?;
        if self.buffer.len() < end {
            return None;
        }
        let rest = self.buffer.split_off(end);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let tag = self.typed.then(|| bytes[0]);
        self.typed = true;
        Some(Message { tag, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::Framer;

    #[test]
    fn messages_are_found_wherever_the_stream_is_cut() {
        let mut stream = vec![0, 0, 0, 8, 0, 3, 0, 0];
        stream.extend_from_slice(b"Q\0\0\0\x0bCOMMIT\0");
        stream.extend_from_slice(b"S\0\0\0\x04");
        for cut in 0..stream.len() {
            let mut framer = Framer::of_client();
            let mut found = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                framer.push(part);
                while let Some(message) = framer.next_message() {
                    found.push((message.tag, message.body().to_vec()));
                }
            }
            let expected =
                vec![(None, vec![0, 3, 0, 0]), (Some(b'Q'), b"COMMIT\0".to_vec()), (Some(b'S'), Vec::new())];
            assert_eq!(found, expected, "cut at {cut}");
        }
    }
}
