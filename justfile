# What CI runs.
check:
    bash .ci/run

# The main job on the sample.
run:
    cargo run -- run --fail-on never

# The tests.
test:
    cargo test

# Writes the sample data again.
sample:
    cargo run --example generate_sample

# End-to-end benchmark on inputs of growing size.
bench:
    cargo bench

# The table of ratios in docs/performance.md: floor, peers, memory, growth.
ratios:
    benches/ratios

# Fuzzes each target for the given number of seconds (the first build takes long); needs `cargo install cargo-fuzz`.
# A crashing input is in fuzz/artifacts: add it as a case of tests/corpus or as a unit test, then fix the bug.
fuzz seconds="30":
    #!/usr/bin/env bash
    set -euo pipefail
    for target in $(cargo fuzz list); do
        mkdir -p "fuzz/corpus/$target"
        cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
            -dict=fuzz/words.dict -max_len=4096 -timeout=20 -rss_limit_mb=2048 -max_total_time={{ seconds }}
    done
