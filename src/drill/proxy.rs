//! Between a server and Postgres: a TCP proxy that can cut a connection after what it carried was committed and before
//! the answer comes back, and that can be slow or let nothing through.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

use crate::wire::{Framer, Message};

const CHUNK_BYTES: usize = 16 * 1024;
const READY_FOR_QUERY: u8 = b'Z';

/// Dropping it ends every connection through it.
#[derive(Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    controls: Arc<Controls>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Controls {
    /// So many next COMMITs lose their answer.
    commit_cuts: AtomicU32,
    /// So many next writing statements outside a transaction do.
    statement_cuts: AtomicU32,
    cuts_done: AtomicU64,
    delay_ms: AtomicU64,
    open: watch::Sender<bool>,
}

impl Proxy {
    /// Listens on `address` and carries to `upstream`.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(address: SocketAddr, upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let controls = Arc::new(Controls {
            commit_cuts: AtomicU32::new(0),
            statement_cuts: AtomicU32::new(0),
            cuts_done: AtomicU64::new(0),
            delay_ms: AtomicU64::new(0),
            open: watch::Sender::new(true),
        });
        let task = tokio::spawn(accept(listener, upstream, controls.clone()));
        Ok(Self { address, controls, task })
    }

    pub fn cut_commits(&self, count: u32) {
        self.controls.commit_cuts.store(count, Ordering::SeqCst);
    }

    pub fn cut_statements(&self, count: u32) {
        self.controls.statement_cuts.store(count, Ordering::SeqCst);
    }

    /// Connections cut so far.
    pub fn cuts_done(&self) -> u64 {
        self.controls.cuts_done.load(Ordering::SeqCst)
    }

    /// What comes from the client waits this long.
    pub fn set_delay(&self, delay: Duration) {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.controls.delay_ms.store(delay_ms, Ordering::SeqCst);
    }

    /// While closed, bytes of either direction wait, and new connections too.
    pub fn set_open(&self, open: bool) {
        self.controls.open.send_replace(open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, upstream: SocketAddr, controls: Arc<Controls>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((client, _)) => {
                connections.spawn(carry(client, upstream, controls.clone()));
            }
            // Too many open files, perhaps: some will be closed soon.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// What both directions of a connection know of it.
#[derive(Debug, Default)]
struct Link {
    /// The answer that is under way is swallowed, and the connection ends with it.
    swallowing: AtomicBool,
    in_transaction: AtomicBool,
}

async fn carry(client: TcpStream, upstream: SocketAddr, controls: Arc<Controls>) {
    controls.wait_until_open().await;
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let link = Link::default();
    // Whichever direction ends first takes the other with it.
    tokio::select! {
        _ = forth(from_client, to_server, &controls, &link) => {}
        _ = back(from_server, to_client, &controls, &link) => {}
    }
}

async fn forth(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    controls: &Controls,
    link: &Link,
) -> io::Result<()> {
    let mut framer = Framer::of_client();
    let mut statements = Statements::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = client.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        framer.push(&chunk[..read]);
        let mut bytes = Vec::with_capacity(read);
        while let Some(message) = framer.next_message() {
            let cuts = match statements.note(&message) {
                Sent::Commit => Some(&controls.commit_cuts),
                Sent::Write if !link.in_transaction.load(Ordering::SeqCst) => Some(&controls.statement_cuts),
                Sent::Write | Sent::Other => None,
            };
            if cuts.is_some_and(take_one) {
                link.swallowing.store(true, Ordering::SeqCst);
            }
            bytes.extend_from_slice(&message.bytes);
        }
        let delay_ms = controls.delay_ms.load(Ordering::SeqCst);
        if delay_ms > 0 {
            sleep(Duration::from_millis(delay_ms)).await;
        }
        controls.wait_until_open().await;
        server.write_all(&bytes).await?;
    }
}

async fn back(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    controls: &Controls,
    link: &Link,
) -> io::Result<()> {
    let mut framer = Framer::of_server();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = server.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        framer.push(&chunk[..read]);
        let mut bytes = Vec::with_capacity(read);
        while let Some(message) = framer.next_message() {
            if message.tag == Some(READY_FOR_QUERY) {
                link.in_transaction.store(message.body() != b"I", Ordering::SeqCst);
                if link.swallowing.load(Ordering::SeqCst) {
                    // Postgres has done it and said so; nobody hears it.
                    controls.cuts_done.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
            }
            bytes.extend_from_slice(&message.bytes);
        }
        controls.wait_until_open().await;
        if !link.swallowing.load(Ordering::SeqCst) {
            client.write_all(&bytes).await?;
        }
    }
}

impl Controls {
    async fn wait_until_open(&self) {
        // The sender lives as long as we do.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

fn take_one(count: &AtomicU32) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

/// What a message of the client asks for, as far as cuts are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Commit,
    /// The end of a statement that writes.
    Write,
    Other,
}

/// Which of a connection's prepared statements write, and whether one of them is being run.
#[derive(Debug, Default)]
struct Statements {
    write: HashMap<String, bool>,
    bound: bool,
    executed: bool,
}

impl Statements {
    fn note(&mut self, message: &Message) -> Sent {
        let mut strings = message.strings();
        match message.tag {
            Some(b'Q') if strings.next().is_some_and(|sql| sql.eq_ignore_ascii_case("commit")) => {
                return Sent::Commit;
            }
            Some(b'P') => {
                let name = strings.next().unwrap_or_default().to_owned();
                self.write.insert(name, strings.next().is_some_and(writes));
            }
            Some(b'B') => {
                let statement = strings.nth(1).unwrap_or_default();
                self.bound = self.write.get(statement).copied().unwrap_or(false);
            }
            Some(b'E') => self.executed = self.bound,
            Some(b'S') if std::mem::take(&mut self.executed) => return Sent::Write,
            _ => {}
        }
        Sent::Other
    }
}

/// Whether a statement changes something: a select does only by a function that it selects from.
fn writes(sql: &str) -> bool {
    let sql = sql.trim_start().to_ascii_lowercase();
    let Some((_, source)) = sql.split_once(" from ") else { return !sql.starts_with("select") };
    let name_ends = source.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    let calls = name_ends.is_some_and(|end| source[end..].starts_with('(')) && !source.starts_with("unnest");
    !sql.starts_with("select") || calls
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpStream},
        sync::mpsc,
    };

    use super::{Proxy, writes};

    const STARTUP: &[u8] = b"\0\0\0\x08\0\x03\0\0";
    const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
    const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I";

    /// A stand-in for Postgres: tells of each COMMIT that it gets, and answers it.
    async fn stand_in() -> (SocketAddr, mpsc::UnboundedReceiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let tell = tell.clone();
                tokio::spawn(async move {
                    let mut message = [0; STARTUP.len()];
                    socket.read_exact(&mut message).await.unwrap();
                    let mut message = [0; COMMIT.len()];
                    while socket.read_exact(&mut message).await.is_ok() {
                        assert_eq!(message, COMMIT);
                        tell.send(()).unwrap();
                        let _ = socket.write_all(COMMITTED).await;
                    }
                });
            }
        });
        (address, told)
    }

    async fn connect(proxy: &Proxy) -> TcpStream {
        let mut client = TcpStream::connect(proxy.address).await.unwrap();
        client.write_all(STARTUP).await.unwrap();
        client
    }

    #[tokio::test]
    async fn the_cut_falls_between_a_commit_and_its_answer() {
        let (postgres, mut commits) = stand_in().await;
        let proxy = Proxy::start("127.0.0.1:0".parse().unwrap(), postgres).await.unwrap();
        let mut client = connect(&proxy).await;
        client.write_all(COMMIT).await.unwrap();
        let mut answer = [0; COMMITTED.len()];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, COMMITTED);
        commits.recv().await.unwrap();

        proxy.cut_commits(1);
        client.write_all(COMMIT).await.unwrap();
        let mut heard = Vec::new();
        let _ = client.read_to_end(&mut heard).await;
        assert!(heard.is_empty(), "the answer came through: {heard:?}");
        commits.recv().await.expect("it was committed all the same");
        assert_eq!(proxy.cuts_done(), 1);

        let mut client = connect(&proxy).await;
        client.write_all(COMMIT).await.unwrap();
        client.read_exact(&mut answer).await.unwrap();
    }

    #[tokio::test]
    async fn a_closed_proxy_lets_nothing_through_and_loses_nothing() {
        let (postgres, mut commits) = stand_in().await;
        let proxy = Proxy::start("127.0.0.1:0".parse().unwrap(), postgres).await.unwrap();
        proxy.set_open(false);
        let mut client = connect(&proxy).await;
        client.write_all(COMMIT).await.unwrap();
        tokio::task::yield_now().await;
        assert!(commits.try_recv().is_err());
        proxy.set_open(true);
        commits.recv().await.unwrap();
    }

    #[test]
    fn a_statement_that_writes_is_known_by_its_text() {
        for sql in [
            "insert into holds values (1)",
            "update holds set state = 'x' from y",
            "select outcome from pick_seat($1)",
            "with a as (select 1) update x set y = 1",
            "select departure as \"d!\" from end_hold($1, $2)",
        ] {
            assert!(writes(sql), "{sql}");
        }
        for sql in ["select 1", "select id from holds where x = 1", "select x from unnest($1) as t"] {
            assert!(!writes(sql), "{sql}");
        }
    }
}
