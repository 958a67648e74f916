//! The client's end of a WebSocket, as little as is needed, so that it takes little from what it measures.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::Fault;

#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where what was not given out yet begins.
    at: usize,
    /// Bytes of frames that came, with their heads.
    pub received: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Binary,
    Ping,
    Close,
    Other,
}

impl Wire {
    /// Opens a WebSocket; `from` is the address that our proxy would name.
    pub async fn open(address: &str, path: &str, from: u32) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut wire = Self { stream, buffer: Vec::with_capacity(1024), at: 0, received: 0 };
        let [_, a, b, c] = from.to_be_bytes();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            X-Forwarded-For: 10.{a}.{b}.{c}\r\n\r\n"
        );
        wire.stream.write_all(request.as_bytes()).await?;
        loop {
            wire.fill().await?;
            if let Some(end) = wire.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                if !wire.buffer.starts_with(b"HTTP/1.1 101") {
                    return Err(String::from_utf8_lossy(&wire.buffer[..end]).into_owned().into());
                }
                wire.at = end + 4;
                return Ok(wire);
            }
        }
    }

    /// Waits until something came.
    pub async fn fill(&mut self) -> Result<(), Fault> {
        self.buffer.drain(..self.at);
        self.at = 0;
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }

    /// The next whole frame of what came; none where more must come.
    pub fn next(&mut self) -> Option<(Kind, &[u8])> {
        let (kind, head, length) = measure(&self.buffer[self.at..])?;
        let from = self.at + head;
        if self.buffer.len() < from + length {
            return None;
        }
        self.at = from + length;
        self.received += (head + length) as u64;
        Some((kind, &self.buffer[from..from + length]))
    }

    pub async fn send(&mut self, kind: Kind, payload: &[u8]) -> Result<(), Fault> {
        let code = match kind {
            Kind::Text => 1,
            Kind::Binary => 2,
            // What a ping is answered with.
            Kind::Ping => 10,
            Kind::Close | Kind::Other => 8,
        };
        let length = u8::try_from(payload.len()).ok().filter(|n| *n < 126).ok_or("too long to send")?;
        // A mask of zeros changes nothing.
        let mut frame = vec![0x80 | code, 0x80 | length, 0, 0, 0, 0];
        frame.extend(payload);
        Ok(self.stream.write_all(&frame).await?)
    }
}

/// Kind, length of the head and length of the payload.
fn measure(bytes: &[u8]) -> Option<(Kind, usize, usize)> {
    let [first, second, rest @ ..] = bytes else { return None };
    let kind = match first & 0x0f {
        1 => Kind::Text,
        2 => Kind::Binary,
        8 => Kind::Close,
        9 => Kind::Ping,
        _ => Kind::Other,
    };
    match second & 0x7f {
        126 => Some((kind, 4, usize::from(u16::from_be_bytes(*rest.first_chunk()?)))),
        127 => Some((kind, 10, usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?)),
        length => Some((kind, 2, usize::from(length))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, measure};

    #[test]
    fn a_frame_says_how_long_it_is() {
        assert_eq!(measure(&[0x82]), None);
        assert_eq!(measure(&[0x82, 5]), Some((Kind::Binary, 2, 5)));
        assert_eq!(measure(&[0x81, 126, 1]), None);
        assert_eq!(measure(&[0x81, 126, 1, 2]), Some((Kind::Text, 4, 258)));
        assert_eq!(measure(&[0x89, 0]), Some((Kind::Ping, 2, 0)));
    }
}
