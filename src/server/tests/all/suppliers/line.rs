//! The line between us and a supplier, with all that lines do.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Both ways.
    Slow(Duration),
    /// 429 before it is heard.
    Busy,
    /// 503 before it is heard.
    FailBefore,
    /// It is done, and 502 is answered.
    FailAfter,
    /// The connection ends before it is heard.
    CutBefore,
    /// It is done, and the connection ends.
    CutAfter,
    /// It is done, and half of the answer comes.
    Half,
    /// It is done, and the answer is no JSON.
    Nonsense,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::Slow(Duration::from_millis(30)),
        Self::Busy,
        Self::FailBefore,
        Self::FailAfter,
        Self::CutBefore,
        Self::CutAfter,
        Self::Half,
        Self::Nonsense,
    ];
}

type Choice = Box<dyn FnMut() -> Fault + Send>;

/// Dropping it ends the line.
pub struct Line {
    pub url: String,
    choice: Arc<Mutex<Choice>>,
    /// Requests on their way.
    under_way: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Line {
    pub async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let choice: Arc<Mutex<Choice>> = Arc::new(Mutex::new(Box::new(|| Fault::None)));
        let under_way = Arc::new(AtomicUsize::new(0));
        let (chosen, count) = (choice.clone(), under_way.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (chosen, count) = (chosen.clone(), count.clone());
                tokio::spawn(async move { _ = carry(client, upstream, &chosen, &count).await });
            }
        });
        Self { url, choice, under_way, task }
    }

    /// From now on each request has the fault that is chosen for it.
    pub fn choose(&self, choice: impl FnMut() -> Fault + Send + 'static) {
        *self.choice.lock().unwrap() = Box::new(choice);
    }

    /// Waits until every request that was sent, by whoever has died since, has arrived or is lost.
    pub async fn quiet(&self) {
        while self.under_way.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// The next requests have these faults, and those after them none.
    pub fn next<const N: usize>(&self, faults: [Fault; N]) {
        let mut faults = faults.into_iter();
        self.choose(move || faults.next().unwrap_or(Fault::None));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request a time, as HTTP/1.1 without pipelining has it.
async fn carry(
    mut client: TcpStream,
    upstream: SocketAddr,
    choice: &Mutex<Choice>,
    under_way: &AtomicUsize,
) -> std::io::Result<()> {
    let mut upstream = TcpStream::connect(upstream).await?;
    while let Some(request) = message(&mut client).await? {
        let fault = (choice.lock().unwrap())();
        under_way.fetch_add(1, Ordering::SeqCst);
        let goes_on = pass(&mut client, &mut upstream, &request, fault).await;
        under_way.fetch_sub(1, Ordering::SeqCst);
        if !goes_on? {
            break;
        }
    }
    Ok(())
}

/// One request and its answer; whether the connection stays.
async fn pass(
    client: &mut TcpStream,
    upstream: &mut TcpStream,
    request: &[u8],
    fault: Fault,
) -> std::io::Result<bool> {
    let instead: &[u8] = match fault {
        Fault::CutBefore => return Ok(false),
        Fault::Busy => b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n",
        Fault::FailBefore => b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
        Fault::FailAfter => b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        Fault::Nonsense => b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<html",
        _ => b"",
    };
    if matches!(fault, Fault::Busy | Fault::FailBefore) {
        client.write_all(instead).await?;
        return Ok(true);
    }
    let delay = if let Fault::Slow(delay) = fault { delay } else { Duration::ZERO };
    sleep(delay).await;
    upstream.write_all(request).await?;
    let Some(answer) = message(upstream).await? else { return Ok(false) };
    sleep(delay).await;
    match fault {
        Fault::CutAfter => return Ok(false),
        Fault::Half => {
            client.write_all(&answer[..answer.len() / 2]).await?;
            return Ok(false);
        }
        Fault::FailAfter | Fault::Nonsense => client.write_all(instead).await?,
        _ => client.write_all(&answer).await?,
    }
    Ok(true)
}

/// One message with a content-length, as both sides send them here; none where the connection has ended.
async fn message(stream: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            assert!(!text.contains("transfer-encoding"), "{text}");
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= head + 4 + length {
                return Ok(Some(bytes));
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}
