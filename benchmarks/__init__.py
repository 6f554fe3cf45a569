"""Benchmarks: what kimforms takes, as ratios to bare Flask measured in the same run on the same gunicorn."""
