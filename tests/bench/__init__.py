"""Load figures: `python -m tests.bench` (or `make bench`) prints JSON lines, one a figure.

Starts the service as `make demo` does, on an embedded PostgreSQL of its own, loads it from another process, and tells
what a request costs: per second, p50 and p95, processor time of the service and of the database, SQL queries.
`test_bench_runs.py` runs the same code at a hundredth of the size.  Never says whether a figure is good.
"""
