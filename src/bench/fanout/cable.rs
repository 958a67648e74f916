use std::rc::Rc;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::spawn_local,
};

use crate::Fault;

/// The way from browsers to a server. Pulled, it keeps what is open and says nothing, as a real one does.
pub struct Cable {
    pub address: String,
    pulled: Rc<watch::Sender<bool>>,
}

impl Cable {
    pub async fn lay(server: String) -> Result<Self, Fault> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let pulled = Rc::new(watch::Sender::new(false));
        let state = pulled.clone();
        spawn_local(async move {
            while let Ok((browser, _)) = listener.accept().await {
                spawn_local(carry(browser, server.clone(), state.subscribe()));
            }
        });
        Ok(Self { address, pulled })
    }

    pub fn pull(&self) {
        self.pulled.send_replace(true);
    }

    pub fn plug(&self) {
        self.pulled.send_replace(false);
    }
}

async fn carry(mut browser: TcpStream, server: String, mut pulled: watch::Receiver<bool>) {
    if !*pulled.borrow_and_update()
        && let Ok(mut server) = TcpStream::connect(server).await
    {
        tokio::select! {
            _ = copy_bidirectional(&mut browser, &mut server) => return,
            _ = pulled.wait_for(|pulled| *pulled) => {}
        }
        let _ = pulled.wait_for(|pulled| !*pulled).await;
        return;
    }
    let _ = pulled.wait_for(|pulled| !*pulled).await;
}
