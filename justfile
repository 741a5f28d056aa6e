# Everything that CI runs.
check:
    bash .ci/run

# A run over the sample.
run:
    cargo run -- run --fail-on never

# The tests.
test:
    cargo test

# Writes the sample data again.
sample:
    cargo run --example generate_sample

# The end-to-end benchmark on inputs of growing size.
bench:
    cargo bench

# The table of ratios: the floor, the peers, memory, growth.
ratios:
    benches/ratios

# Fuzzes each target for some seconds (the first build takes long); needs `cargo install cargo-fuzz`. An input that
# crashes is in fuzz/artifacts: add it to tests/corpus or as a unit test, and fix the bug.
fuzz seconds="30":
    #!/usr/bin/env bash
    set -euo pipefail
    for target in $(cargo fuzz list); do
        mkdir -p "fuzz/corpus/$target"
        cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
            -dict=fuzz/words.dict -max_len=4096 -timeout=20 -rss_limit_mb=2048 -max_total_time={{ seconds }}
    done
