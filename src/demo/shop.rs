//! The fictional shop whose data fills the services, so that there is something to look at.
//!
//! The same seed gives the same shop. It does its business through the services' inner doors, as fast as it likes.
//!
//! Must not: read the clock, or know HTTP.

mod encode;
mod features;
mod pace;
mod predictions;
mod streams;
mod tables;

use std::sync::Arc;

use fastrand::Rng;
use jiff::Timestamp;

use self::features::Features;
use self::predictions::Predictions;
use self::streams::Streams;
use self::tables::Tables;
use super::world::World;

/// What the shop sells: stock-keeping unit, and price in cents.
const PRODUCTS: [(&str, u32); 12] = [
    ("sku-espresso-1kg", 2490),
    ("sku-filter-500g", 1190),
    ("sku-decaf-250g", 790),
    ("sku-matcha-tin", 2650),
    ("sku-earl-grey", 890),
    ("sku-oat-milk-6", 1380),
    ("sku-grinder-steel", 7900),
    ("sku-kettle-gooseneck", 5450),
    ("sku-dripper-v60", 2200),
    ("sku-mug-enamel", 1450),
    ("sku-scale-0.1g", 3990),
    ("sku-paper-filters", 420),
];

/// One of the shop's four hundred customers. The first ones come more often.
fn customer(rng: &mut Rng) -> String {
    let number = rng.u32(1..=400).min(rng.u32(1..=400));
    format!("cust-{number:04}")
}

/// One of the products, with its price in cents.
fn product(rng: &mut Rng) -> (&'static str, u32) {
    PRODUCTS[rng.usize(..PRODUCTS.len())]
}

/// The open shop.
#[derive(Debug)]
pub(super) struct Shop {
    streams: Streams,
    tables: Tables,
    features: Features,
    predictions: Predictions,
}

impl Shop {
    /// Fills the services with the last hour's business.
    pub(super) fn open(world: &World, seed: u64, now: Timestamp) -> Self {
        // Each part has a source of its own, so that one part's changes leave the others' data alone.
        let mut rng = Rng::with_seed(seed);
        Self {
            streams: Streams::open(&world.kinesis, rng.fork(), now),
            tables: Tables::open(Arc::clone(&world.dynamodb), rng.fork(), now),
            features: Features::open(Arc::clone(&world.feature_store), rng.fork(), now),
            predictions: Predictions::open(Arc::clone(&world.machine_learning), rng.fork(), now),
        }
    }

    /// Does the business since the last tick.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.streams.tick(now);
        self.tables.tick(now);
        self.features.tick(now);
        self.predictions.tick(now);
    }
}
