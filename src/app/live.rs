//! The browser's side of the live seat channel: one socket a departure, mended when it breaks, closed when dropped.

use std::{cell::RefCell, rc::Rc, rc::Weak, time::Duration};

use domain::{
    departure::DepartureId,
    live::{Ask, Frame},
};
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::window,
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// The first pause before connecting again; it doubles up to [`LONGEST_PAUSE_MS`].
const FIRST_PAUSE_MS: u32 = 1_000;
const LONGEST_PAUSE_MS: u32 = 30_000;

/// What the page learns from the channel.
#[derive(Debug)]
pub enum News {
    /// The socket is up; frames follow.
    Opened,
    Frame(Frame),
    /// The socket is gone; it is being mended.
    Lost,
}

/// Listens to a departure until it is dropped.
pub struct LiveLine(Rc<Line>);

struct Line {
    departure: DepartureId,
    /// Told every piece of news; says whether the channel should be asked for a snapshot.
    on_news: Box<dyn Fn(News) -> bool>,
    connection: RefCell<Option<Connection>>,
    retry: RefCell<Option<TimeoutHandle>>,
    pause_ms: RefCell<u32>,
}

/// An open socket with what it calls back.
struct Connection {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut(Event)>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(Event)>,
}

impl LiveLine {
    /// Opens the channel. `on_news` answers whether the page fell behind and needs a snapshot.
    pub fn open(departure: DepartureId, on_news: impl Fn(News) -> bool + 'static) -> Self {
        let line = Rc::new(Line {
            departure,
            on_news: Box::new(on_news),
            connection: RefCell::default(),
            retry: RefCell::default(),
            pause_ms: RefCell::new(FIRST_PAUSE_MS),
        });
        Line::connect(&line);
        Self(line)
    }
}

impl std::fmt::Debug for LiveLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LiveLine").field(&self.0.departure).finish()
    }
}

impl Line {
    fn connect(line: &Rc<Self>) {
        match address(line.departure).and_then(|url| WebSocket::new(&url).ok()) {
            Some(socket) => *line.connection.borrow_mut() = Some(Self::listen(line, socket)),
            None => Self::mend(line),
        }
    }

    fn listen(line: &Rc<Self>, socket: WebSocket) -> Connection {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let weak = Rc::downgrade(line);
        let on_open = Closure::new(move |_: Event| {
            if let Some(line) = weak.upgrade() {
                (line.on_news)(News::Opened);
            }
        });
        let weak = Rc::downgrade(line);
        let on_message = Closure::new(move |event: MessageEvent| Self::heard(&weak, &event));
        let weak = Rc::downgrade(line);
        let on_close = Closure::new(move |_: Event| {
            if let Some(line) = weak.upgrade() {
                (line.on_news)(News::Lost);
                Self::mend(&line);
            }
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // A socket that cannot be opened reports an error and then closes, so closing is all there is to hear.
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Connection { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close }
    }

    /// Frames of a newer kind than this page knows are skipped; the digest tells when they mattered.
    fn heard(line: &Weak<Self>, event: &MessageEvent) {
        let Some(line) = line.upgrade() else { return };
        let Ok(buffer) = event.data().dyn_into::<js_sys::ArrayBuffer>() else { return };
        let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
        if let Ok(frame) = Frame::decode(&bytes) {
            *line.pause_ms.borrow_mut() = FIRST_PAUSE_MS;
            if (line.on_news)(News::Frame(frame)) {
                line.ask_snapshot();
            }
        }
    }

    /// Asks for all touched seats; a socket that is not open will begin with them anyway.
    fn ask_snapshot(&self) {
        if let Some(open) =
            self.connection.borrow().as_ref().filter(|s| s.socket.ready_state() == WebSocket::OPEN)
        {
            // A socket that fails to send is closing, and the next one brings the snapshot.
            _ = open.socket.send_with_u8_array(&Ask::Snapshot.encode());
        }
    }

    /// Connects again after a pause of which half is chance, so that a restarted server is not met by everyone at once.
    fn mend(line: &Rc<Self>) {
        let pause_ms = line.pause_ms.replace_with(|pause| (*pause * 2).min(LONGEST_PAUSE_MS));
        let chance = js_sys::Math::random();
        let pause = Duration::from_millis(u64::from(pause_ms)).mul_f64(0.5 + chance / 2.0);
        let weak = Rc::downgrade(line);
        let again = move || {
            if let Some(line) = weak.upgrade() {
                Self::connect(&line);
            }
        };
        *line.retry.borrow_mut() = set_timeout_with_handle(again, pause).ok();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        _ = self.socket.close();
    }
}

/// `wss://host/live/departures/B6523-1-2026-12-22`, or `ws` where the page itself came without TLS.
fn address(departure: DepartureId) -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/live/departures/{departure}", location.host().ok()?))
}
