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
