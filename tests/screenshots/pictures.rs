//! The pictures in `screenshots/`, and the way to what is on each.

/// The shop that is shown.
pub(crate) const SEED: &str = "7";

/// A picture, and the way to what is on it: keys, and what shows when they have done their work.
pub(crate) struct Picture {
    pub(crate) name: &'static str,
    pub(crate) way: &'static [(&'static str, &'static str)],
}

/// A record in the editor, changed.
const CHANGED: [(&str, &str); 7] = [
    ("3", "fraud-scores"),
    ("/customers\r", "customer_id"),
    ("icust-0001\r", "expires"),
    ("e", "as stored"),
    ("jjj\r\x15Winterthur\r", "1 unsaved"),
    ("jj\r\x15platinum\r", "2 unsaved"),
    ("jjd", "3 unsaved"),
];
/// The same before it is put.
const REVIEWED: [(&str, &str); 8] = {
    let [a, b, c, d, e, f, g] = CHANGED;
    [a, b, c, d, e, f, g, ("\x13", "Read again: unchanged")]
};

pub(crate) const PICTURES: [Picture; 11] = [
    Picture {
        name: "streams",
        way: &[("", "clickstream"), ("/orders\r", "005 open")],
    },
    Picture {
        name: "tail",
        way: &[
            ("", "clickstream"),
            ("/orders\r", "005 open"),
            ("Ttrim-horizon\r", "ord-0495"),
            (" \r", "record · json"),
        ],
    },
    Picture {
        name: "filter",
        way: &[
            ("", "clickstream"),
            ("/orders\r", "005 open"),
            ("Ttrim-horizon\r", "ord-0495"),
            ("f.total > 100\r", "filter .total > 100"),
            ("c.order_id .total .items[0].sku\r", "sku-"),
            (" ", "paused"),
        ],
    },
    Picture {
        name: "shards",
        way: &[
            ("", "clickstream"),
            ("/clickstream\r", "007 open"),
            ("t", "page_view"),
            ("s", "by id"),
            ("S", "busiest first"),
            ("", "▇"),
        ],
    },
    Picture {
        name: "logs",
        way: &[
            ("", "clickstream"),
            ("/app-logs\r", "001 open"),
            ("Ttrim-horizon\r", "log event"),
            (" \r", "log group"),
        ],
    },
    Picture {
        name: "tables",
        way: &[("2", "inventory"), ("/carts\r", "carts/stream"), ("", "closed")],
    },
    Picture {
        name: "changes",
        way: &[
            ("2", "inventory"),
            ("/carts\r", "carts/stream"),
            ("Ttrim-horizon\r", "MODIFY"),
            (" fevent:MODIFY .old.currency.S\r", "updated_at"),
            ("\r", "MODIFY · carts"),
        ],
    },
    Picture {
        name: "features",
        way: &[
            ("3", "fraud-scores"),
            ("/customers\r", "customer_id"),
            ("icust-0001\r", "expires"),
        ],
    },
    Picture {
        name: "editor",
        way: &CHANGED,
    },
    Picture {
        name: "review",
        way: &REVIEWED,
    },
    Picture {
        name: "predictions",
        way: &[("4", "✗"), ("/churn\r", "status          COMPLETED")],
    },
];
