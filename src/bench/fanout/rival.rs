//! Those who are compared: how each is started, watched and published through. All tell the same payload.

use std::{env, process::Stdio};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    cabin::SeatNumber,
    departure::DepartureId,
    live::{Frame, SeatChange},
    seat::SeatState,
};
use tokio::process::Command;
use uuid::Uuid;

use super::wire::{Kind, Wire};
use crate::{Fault, fleet::Server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rival {
    /// The product; its channels are named by this realm.
    Ours(Uuid),
    Bare,
    SocketIo,
}

impl Rival {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours(_) => "SkyConnect",
            Self::Bare => "bare tokio-tungstenite",
            Self::SocketIo => "socket.io, Redis adapter",
        }
    }

    pub async fn start(self, port: u16) -> Result<Server, Fault> {
        match self {
            Self::Ours(_) => Server::ours(port).await,
            Self::Bare => {
                let mut command = Command::new(env::current_exe()?);
                command.arg("bare");
                Server::at_its_port(command, port).await
            }
            Self::SocketIo => {
                let mut command = Command::new("node");
                command.args([env::var("SOCKETIO_SCRIPT")?, env::var("SOCKETIO_MODULES")?]);
                command.args([port.to_string(), env::var("REDIS_URL")?]).stderr(Stdio::inherit());
                Server::at_its_port(command, port).await
            }
        }
    }

    /// A viewer of that departure, who is told everything from now on.
    pub async fn watch(self, address: &str, departure: DepartureId, from: u32) -> Result<Wire, Fault> {
        match self {
            Self::Ours(_) => {
                let mut wire = Wire::open(address, &format!("/live/departures/{departure}"), from).await?;
                // Pace and picture: whoever has them is subscribed.
                until(&mut wire, |_, payload| matches!(Frame::decode(payload), Ok(Frame::Snapshot(_))))
                    .await?;
                Ok(wire)
            }
            Self::Bare => Wire::open(address, &format!("/{departure}"), from).await,
            Self::SocketIo => {
                let mut wire = Wire::open(address, "/socket.io/?EIO=4&transport=websocket", from).await?;
                until(&mut wire, |_, payload| payload.starts_with(b"0")).await?;
                wire.send(Kind::Text, b"40").await?;
                until(&mut wire, |_, payload| payload.starts_with(b"40")).await?;
                wire.send(Kind::Text, format!("420[\"watch\",\"{departure}\"]").as_bytes()).await?;
                until(&mut wire, |_, payload| payload.starts_with(b"430")).await?;
                Ok(wire)
            }
        }
    }

    /// Channel and message that make servers tell the event of that number.
    pub fn publication(self, departure: DepartureId, event: u32) -> Result<(String, Vec<u8>), Fault> {
        let seat = SeatNumber::parse("30A")?;
        let frame =
            Frame::Changes(vec![SeatChange { seat, state: SeatState::Held, version: event }]).encode();
        Ok(match self {
            Self::Ours(realm) => (format!("seats:{realm}:{departure}"), frame),
            Self::Bare => (format!("bare:{departure}"), frame),
            Self::SocketIo => {
                let room = departure.to_string();
                (format!("socket.io#/#{room}#"), packet(&room, &STANDARD.encode(frame)))
            }
        })
    }

    /// The number of the event that a message tells; none where it tells none.
    pub fn event(self, kind: Kind, payload: &[u8]) -> Option<u32> {
        let decoded;
        let frame = match (self, kind) {
            (Self::Ours(_) | Self::Bare, Kind::Binary) => payload,
            (Self::SocketIo, Kind::Text) => {
                let text = payload.strip_prefix(b"42[\"seats\",\"")?.strip_suffix(b"\"]")?;
                decoded = STANDARD.decode(text).ok()?;
                &decoded
            }
            _ => return None,
        };
        match Frame::decode(frame) {
            Ok(Frame::Changes(changes) | Frame::Checked(changes, _)) => {
                changes.first().map(|change| change.version)
            }
            Ok(_) | Err(_) => None,
        }
    }

    /// What a message must be answered with, so that the server keeps its viewer.
    pub fn answer(self, kind: Kind, payload: &[u8]) -> Option<(Kind, &'static [u8])> {
        match (self, kind) {
            (_, Kind::Ping) => Some((Kind::Ping, b"")),
            (Self::SocketIo, Kind::Text) if payload == b"2" => Some((Kind::Text, b"3")),
            _ => None,
        }
    }
}

async fn until(wire: &mut Wire, wanted: impl Fn(Kind, &[u8]) -> bool) -> Result<(), Fault> {
    loop {
        while let Some((kind, payload)) = wire.next() {
            if wanted(kind, payload) {
                return Ok(());
            }
        }
        wire.fill().await?;
    }
}

/// An event to a room as the adapter's servers tell it each other: `MessagePack` of sender, packet and options.
fn packet(room: &str, payload: &str) -> Vec<u8> {
    let mut bytes = vec![0x93];
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.push(0xa0 | u8::try_from(text.len()).unwrap_or_default());
        bytes.extend(text.as_bytes());
    };
    text(&mut bytes, "bench");
    bytes.push(0x83);
    text(&mut bytes, "type");
    bytes.push(2);
    text(&mut bytes, "data");
    bytes.push(0x92);
    text(&mut bytes, "seats");
    text(&mut bytes, payload);
    text(&mut bytes, "nsp");
    text(&mut bytes, "/");
    bytes.push(0x83);
    text(&mut bytes, "rooms");
    bytes.push(0x91);
    text(&mut bytes, room);
    text(&mut bytes, "except");
    bytes.push(0x90);
    text(&mut bytes, "flags");
    bytes.push(0x80);
    bytes
}
