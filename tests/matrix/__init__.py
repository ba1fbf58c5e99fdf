"""The matrix: what happens to log files, and what followers of logs make of it. See docs/tailing.md."""
