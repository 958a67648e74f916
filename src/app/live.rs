//! The browser's side of the live seat channel: one socket a departure, mended when it breaks, closed when dropped.

mod connection;

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use domain::live::{Ask, Frame, Retry, SILENCE};
use leptos::{
    ev,
    leptos_dom::helpers::{
        IntervalHandle, TimeoutHandle, WindowListenerHandle, set_interval_with_handle,
        set_timeout_with_handle, window_event_listener,
    },
};

use connection::Connection;

/// How often it is looked whether the channel has fallen silent.
const LOOK: Duration = Duration::from_secs(3);

/// What the page learns from the channel.
#[derive(Debug)]
pub enum News {
    Frame(Frame),
    /// The socket is gone; it is being mended.
    Lost,
}

/// Listens to a departure until it is dropped.
pub struct LiveLine(Rc<Line>);

struct Line {
    departure: String,
    /// Told every piece of news; says whether the channel should be asked for a snapshot.
    on_news: Box<dyn Fn(News) -> bool>,
    connection: RefCell<Option<Connection>>,
    retry: Cell<Retry>,
    again: RefCell<Option<TimeoutHandle>>,
    /// When a frame came, or a socket was begun; milliseconds of the wall clock, which goes on while a computer sleeps.
    last_sign_ms: Cell<f64>,
    look: RefCell<Option<IntervalHandle>>,
    network: RefCell<Vec<WindowListenerHandle>>,
}

impl LiveLine {
    /// Opens the channel. `on_news` answers whether the page fell behind and needs a snapshot.
    pub fn open(departure: String, on_news: impl Fn(News) -> bool + 'static) -> Self {
        let line = Rc::new(Line {
            departure,
            on_news: Box::new(on_news),
            connection: RefCell::default(),
            retry: Cell::default(),
            again: RefCell::default(),
            last_sign_ms: Cell::new(0.0),
            look: RefCell::default(),
            network: RefCell::default(),
        });
        Line::connect(&line);
        Line::look_out(&line);
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
        line.cancel_retry();
        line.last_sign_ms.set(js_sys::Date::now());
        let frame = Self::with(line, |line, frame| line.heard(frame));
        let closed = Self::with(line, |line, ()| Self::mend(line));
        let connection = Connection::open(&line.departure, frame, move || closed(()));
        let is_begun = connection.is_some();
        line.connection.replace(connection);
        if !is_begun {
            Self::mend(line);
        }
    }

    /// Watches for what a socket does not tell: a network that goes or comes back, and silence.
    fn look_out(line: &Rc<Self>) {
        let silent = Self::with(line, |line, ()| {
            let waiting = line.again.borrow().is_some();
            let silence_ms = js_sys::Date::now() - line.last_sign_ms.get();
            if !waiting && silence_ms > SILENCE.as_secs_f64() * 1000.0 {
                Self::abandon(line);
            }
        });
        line.look.replace(set_interval_with_handle(move || silent(()), LOOK).ok());
        let gone = Self::with(line, |line, _| Self::abandon(line));
        let back = Self::with(line, |line, _| {
            line.forgive();
            Self::connect(line);
        });
        let network = vec![window_event_listener(ev::offline, gone), window_event_listener(ev::online, back)];
        line.network.replace(network);
    }

    /// What is called back holds no line: one that was dropped is not mended.
    fn with<T>(line: &Rc<Self>, act: impl Fn(&Rc<Self>, T) + 'static) -> impl Fn(T) + 'static {
        let weak: Weak<Self> = Rc::downgrade(line);
        move |what| {
            if let Some(line) = weak.upgrade() {
                act(&line, what);
            }
        }
    }

    fn heard(&self, frame: Frame) {
        self.last_sign_ms.set(js_sys::Date::now());
        self.forgive();
        if (self.on_news)(News::Frame(frame))
            && let Some(open) = self.connection.borrow().as_ref()
        {
            open.send(&Ask::Snapshot.encode());
        }
    }

    fn forgive(&self) {
        let mut retry = self.retry.get();
        retry.heard();
        self.retry.set(retry);
    }

    /// Gives up a socket that does not know yet that it is dead.
    fn abandon(line: &Rc<Self>) {
        drop(line.connection.take());
        Self::mend(line);
    }

    /// Connects again after a pause. The socket that has just told of its end is kept until then: it is still telling.
    fn mend(line: &Rc<Self>) {
        (line.on_news)(News::Lost);
        line.cancel_retry();
        let mut retry = line.retry.get();
        let pause = retry.pause(js_sys::Math::random());
        line.retry.set(retry);
        let again = Self::with(line, |line, ()| Self::connect(line));
        line.again.replace(set_timeout_with_handle(move || again(()), pause).ok());
    }

    fn cancel_retry(&self) {
        if let Some(again) = self.again.take() {
            again.clear();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.cancel_retry();
        if let Some(look) = self.look.take() {
            look.clear();
        }
        for listener in self.network.take() {
            listener.remove();
        }
    }
}
