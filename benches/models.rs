//! The time of each query of benches/models over the current snapshot of a lake (the best of five runs), as JSON.
//! `cargo bench --bench models -- LAKE`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

use std::path::Path;
use std::time::Instant;

use tonghop::lake::Snapshot;
use tonghop::query::open_engine;

fn main() {
    let lake = std::env::args()
        .skip(1)
        .find(|a| !a.starts_with("--"))
        .expect("a lake");
    let snapshot = Snapshot::current(Path::new(&lake)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/models");
    let mut queries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    queries.sort();
    let mut times = Vec::new();
    // One session, as in DuckDB.
    let engine = open_engine(&snapshot).unwrap();
    for path in queries {
        let sql = std::fs::read_to_string(&path).unwrap();
        let mut best = f64::MAX;
        for _ in 0..5 {
            let began = Instant::now();
            runtime.block_on(engine.query(&sql)).unwrap();
            best = best.min(began.elapsed().as_secs_f64());
        }
        times.push(format!(
            "\"{}\": {best:.4}",
            path.file_stem().unwrap().to_string_lossy()
        ));
    }
    println!("{{{}}}", times.join(", "));
}
