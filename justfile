# What CI runs.
check:
    bash .ci/run

# The main job on the sample.
run:
    cargo run -- run --fail-on never

# The tests.
test:
    cargo test

# Writes the sample data anew.
sample:
    cargo run --example generate_sample

# An end-to-end benchmark on inputs of growing size.
bench:
    cargo bench

# The table of ratios: the floor, the peers, memory, growth.
ratios:
    benches/ratios

# Fuzzes each target for so many seconds (the first time it builds for long); needs `cargo install cargo-fuzz`.
# An input that crashes lies in fuzz/artifacts: it becomes a case of tests/corpus or a unit test, and is mended.
fuzz seconds="30":
    #!/usr/bin/env bash
    set -euo pipefail
    for target in $(cargo fuzz list); do
        mkdir -p "fuzz/corpus/$target"
        cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
            -dict=fuzz/words.dict -max_len=4096 -timeout=20 -rss_limit_mb=2048 -max_total_time={{ seconds }}
    done
