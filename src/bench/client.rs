//! One kept-alive HTTP connection, as little as is needed to send a request and read its answer.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::Fault;

#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer, Fault> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some(answer) = parse(&self.buffer)? {
                return Ok(answer);
            }
        }
    }
}

/// The answer, once all of it is there.
fn parse(bytes: &[u8]) -> Result<Option<Answer>, Fault> {
    let Some(head_end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..head_end])?;
    let mut lines = head.split("\r\n");
    let status: u16 =
        lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status line")?.parse()?;
    let (mut length, mut location, mut is_chunked) = (0_usize, None, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        } else if name.eq_ignore_ascii_case("location") {
            location = Some(value.trim().to_owned());
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            is_chunked = true;
        }
    }
    let body = &bytes[head_end + 4..];
    if is_chunked {
        return Ok(join(body)?.map(|body| Answer { status, location, body }));
    }
    if body.len() < length {
        return Ok(None);
    }
    Ok(Some(Answer { status, location, body: body[..length].to_vec() }))
}

/// The chunks of a body put together, once all of them are there.
fn join(mut rest: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end])?, 16)?;
        let Some(chunk) = rest.get(end + 2..end + 2 + length + 2) else { return Ok(None) };
        if length == 0 {
            return Ok(Some(body));
        }
        body.extend(&chunk[..length]);
        rest = &rest[end + 2 + length + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn chunks_are_put_together_when_all_are_there() {
        let text = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n";
        for cut in 0..text.len() {
            assert!(parse(&text[..cut]).unwrap().is_none(), "{cut}");
        }
        assert_eq!(parse(text).unwrap().unwrap().body, b"one two");
    }

    #[test]
    fn an_answer_is_read_when_all_of_it_is_there() {
        let text = b"HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\nlocation: /there\r\n\r\ngone";
        for cut in 0..text.len() {
            assert!(parse(&text[..cut]).unwrap().is_none(), "{cut}");
        }
        let answer = parse(text).unwrap().unwrap();
        assert_eq!(
            (answer.status, answer.location.as_deref(), &*answer.body),
            (409, Some("/there"), &b"gone"[..])
        );
    }
}
