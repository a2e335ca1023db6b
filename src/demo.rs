//! The embedded endpoint: the four services' own wire protocols on loopback.
//!
//! It runs on a thread of its own, so that nothing it does delays the screen, and any AWS client can use it.
//!
//! Must not: know its caller. The program reaches it over HTTP like everybody else.

#[cfg(test)]
mod ask;
mod clock;
pub mod dynamodb;
pub mod dynamodb_streams;
mod faults;
pub mod feature_store;
pub mod fields;
mod http;
pub mod kinesis;
pub mod machine_learning;
pub mod protocol;
pub mod sagemaker;
mod shop;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

pub use clock::Clock;
use faults::Faults;
use http::Handler;
use shop::Shop;
use world::World;

/// How often the shop does business.
const TICK: Duration = Duration::from_millis(100);

/// How to set up an endpoint.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; a free port of 127.0.0.1 unless given.
    pub address: Option<SocketAddr>,
    /// What the contents come from: the same seed gives the same shop.
    pub seed: u64,
    /// Whether the services hold a busy shop, or nothing at all.
    pub stock: bool,
    /// Whether some of the requests go wrong, by a plan that comes from the seed.
    pub faults: bool,
    /// The time as the services see it.
    pub clock: Clock,
}

impl Options {
    /// A busy shop, at the time of the system.
    pub fn demo(seed: u64) -> Self {
        Self {
            address: None,
            seed,
            stock: true,
            faults: false,
            clock: Clock::system(),
        }
    }

    /// Empty services.
    pub fn empty(clock: Clock) -> Self {
        Self {
            address: None,
            seed: 0,
            stock: false,
            faults: false,
            clock,
        }
    }
}

/// A running endpoint; dropping it stops it.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Listens, and serves on a new thread. Calls that come at once wait until the shop is stocked.
    pub fn start(options: Options) -> io::Result<Self> {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind(options.address.unwrap_or(loopback))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("endpoint".to_owned())
            .spawn(move || run(&runtime, listener, &options, stopped))?;
        Ok(Self {
            address,
            stop,
            thread: Some(thread),
        })
    }

    /// What to give to a client as its endpoint, such as `http://127.0.0.1:45678`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the calls that have arrived, and stops.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has stopped as well.
            let _ = thread.join();
        }
    }
}

fn run(runtime: &Runtime, listener: TcpListener, options: &Options, stopped: CancellationToken) {
    let world = Arc::new(World::default());
    let shop = options
        .stock
        .then(|| Shop::open(&world, options.seed, options.clock.now()));
    let mut handler = Handler::new(world, options.clock.clone(), options.seed, stopped);
    if options.faults {
        handler = handler.with_faults(Faults::new(options.seed));
    }
    runtime.block_on(async {
        // Registering a socket that listens already does not fail on a runtime with I/O.
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
            return;
        };
        tokio::select! {
            () = http::serve(listener, handler) => {}
            () = keep_open(shop, &options.clock) => {}
        }
    });
}

/// Lets the shop do business for as long as it is polled.
async fn keep_open(shop: Option<Shop>, clock: &Clock) {
    let Some(mut shop) = shop else {
        return std::future::pending().await;
    };
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        shop.tick(clock.now());
    }
}
