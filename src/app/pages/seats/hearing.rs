//! News of the live channel, taken into what the page shows.

use domain::{
    live::{Digest, Frame, SeatChange},
    seat::SeatState,
};
use leptos::prelude::*;

use super::choosing::{Channel, Choosing};
use crate::live::News;

impl Choosing {
    /// Takes one piece of news in; says whether the page fell behind and needs a snapshot.
    pub fn hear(self, news: News) -> bool {
        match news {
            News::Lost => self.say(Channel::Slow),
            News::Frame(Frame::Pace { slow }) => self.say(if slow { Channel::Slow } else { Channel::Live }),
            News::Frame(Frame::Digest(digest)) => return self.differs(digest),
            News::Frame(Frame::Checked(changes, digest)) => {
                self.take(&changes);
                return self.differs(digest);
            }
            News::Frame(Frame::Snapshot(all)) => {
                self.picture.update(|picture| _ = picture.apply_snapshot(&all));
            }
            News::Frame(Frame::Changes(changes)) => self.take(&changes),
        }
        false
    }

    fn differs(self, digest: Digest) -> bool {
        self.picture.with_untracked(|picture| picture.digest() != digest)
    }

    fn take(self, changes: &[SeatChange]) {
        let told: Vec<_> = changes.iter().filter(|change| self.is_worth_telling(change)).copied().collect();
        self.picture.update(|picture| _ = picture.apply_snapshot(changes));
        if !told.is_empty() {
            self.latest.set(told);
        }
    }

    /// Others' seats of our cabin that become free or stop being it: that a held seat is paid for changes nothing for us.
    fn is_worth_telling(self, change: &SeatChange) -> bool {
        let known =
            self.picture.with_untracked(|picture| (picture.state(change.seat), picture.version(change.seat)));
        let turns = (known.0 == SeatState::Available) != (change.state == SeatState::Available);
        let ours = self.ours.with_untracked(|ours| ours.contains(&Some(change.seat)));
        let own_cabin = self.layout.with_value(|layout| layout.cabin_of(change.seat) == Some(self.cabin));
        change.version > known.1 && turns && !ours && own_cabin
    }

    fn say(self, channel: Channel) {
        if self.channel.get_untracked() != channel {
            self.channel.set(channel);
        }
    }
}
