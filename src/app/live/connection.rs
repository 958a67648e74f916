use domain::live::Frame;
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, prelude::Closure};
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// A socket with what it calls back; dropping it closes it, and nothing is called any more.
pub(super) struct Connection {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(Event)>,
}

impl Connection {
    /// Begins to connect; none where the browser refuses. A socket that cannot be opened reports an error and then closes,
    /// so closing is all there is to hear. Frames of a newer kind than this page knows are skipped; the digest tells when
    /// they mattered.
    pub fn open(
        departure: &str,
        on_frame: impl Fn(Frame) + 'static,
        on_close: impl Fn() + 'static,
    ) -> Option<Self> {
        let socket = WebSocket::new(&address(departure)?).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_message = Closure::new(move |event: MessageEvent| {
            let Ok(buffer) = event.data().dyn_into::<js_sys::ArrayBuffer>() else { return };
            if let Ok(frame) = Frame::decode(&js_sys::Uint8Array::new(&buffer).to_vec()) {
                on_frame(frame);
            }
        });
        let on_close = Closure::new(move |_: Event| on_close());
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self { socket, _on_message: on_message, _on_close: on_close })
    }

    /// A socket that is not open will begin with a snapshot anyway; one that fails to send is closing.
    pub fn send(&self, bytes: &[u8]) {
        if self.socket.ready_state() == WebSocket::OPEN {
            _ = self.socket.send_with_u8_array(bytes);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        _ = self.socket.close();
    }
}

/// `wss://host/live/departures/B6523-1-2026-12-22`, or `ws` where the page itself came without TLS.
fn address(departure: &str) -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/live/departures/{departure}", location.host().ok()?))
}
