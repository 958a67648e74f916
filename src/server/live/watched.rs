use std::sync::Arc;

use domain::live::{Digest, Frame, SeatChange, SeatPicture};
use tokio::sync::{OnceCell, broadcast};

use super::{heart::Heart, told::Told};

/// Frames that a slow viewer may lag behind before it gets the whole picture instead. They are kept once for all viewers.
const BACKLOG: usize = 64;

/// A departure that somebody watches on this server.
pub(super) struct Watched {
    frames: broadcast::Sender<Arc<Told>>,
    pub viewers: usize,
    heart: Heart,
    /// Nobody watched at the last beat, nor came since.
    pub is_deserted: bool,
    /// Filled by whoever comes first, when the picture has been read; the others wait for it.
    pub loading: Arc<OnceCell<()>>,
    /// Whether the picture was compared with Postgres since it was read, or since messages may have been lost.
    pub is_checked: bool,
    picture: SeatPicture,
    /// The whole picture as it was told last; none once it has changed.
    snapshot: Option<Arc<Told>>,
}

impl Watched {
    pub fn new(step: u16) -> Self {
        Self {
            frames: broadcast::Sender::new(BACKLOG),
            viewers: 0,
            heart: Heart::new(step),
            is_deserted: false,
            loading: Arc::default(),
            is_checked: false,
            picture: SeatPicture::default(),
            snapshot: None,
        }
    }

    pub fn listen(&self) -> broadcast::Receiver<Arc<Told>> {
        self.frames.subscribe()
    }

    pub fn is_loaded(&self) -> bool {
        self.loading.initialized()
    }

    /// Takes over what is newer. The viewers get the whole picture, unless they still wait for their first one.
    pub fn load(&mut self, touched: &[SeatChange]) {
        if self.picture.apply_snapshot(touched) {
            self.snapshot = None;
            if self.is_loaded() {
                let all = self.snapshot();
                self.send(all);
            }
        }
    }

    /// Takes in what is news, and tells it.
    pub fn apply(&mut self, changes: &[SeatChange]) {
        let news: Vec<SeatChange> = changes.iter().filter(|c| self.picture.apply(c)).copied().collect();
        if !news.is_empty() {
            self.snapshot = None;
            let is_due = self.heart.changed();
            self.tell(&if is_due { Frame::Checked(news, self.digest()) } else { Frame::Changes(news) });
        }
    }

    /// A step of a beat has come.
    pub fn beat(&mut self, step: u16) {
        if self.heart.beats(step) {
            self.tell(&Frame::Digest(self.digest()));
        }
    }

    pub fn tell(&self, frame: &Frame) {
        self.send(Told::of(frame));
    }

    pub fn snapshot(&mut self) -> Arc<Told> {
        let picture = &self.picture;
        self.snapshot.get_or_insert_with(|| Told::of(&Frame::Snapshot(picture.snapshot()))).clone()
    }

    pub fn picture(&self) -> &SeatPicture {
        &self.picture
    }

    pub fn digest(&self) -> Digest {
        self.picture.digest()
    }

    fn send(&self, told: Arc<Told>) {
        // No receiver is no fault: the last viewer has just left.
        let _ = self.frames.send(told);
    }
}
