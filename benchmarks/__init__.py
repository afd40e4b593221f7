"""What is fast, measured: one script a row of docs/PERFORMANCE.md, ours and its reference in turn.

`python -m benchmarks.today` runs one, `python -m benchmarks` (make bench) all and writes the page.
"""
