"""Speed, as ratios to bare Django programs that run beside ours: docs/operations.md.

`make bench` prints one row a promise and fails when one falls short.
"""
