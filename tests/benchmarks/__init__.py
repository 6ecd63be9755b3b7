"""Speed and memory, measured beside others in the same run; `make bench` runs it."""
