"""Speed as ratios: the whole vault against a bare Django REST framework site that writes the same row.

`python -m benchmarks` (or `make bench`). Absolute times mean nothing on a shared machine, so both sites take turns,
request by request, in one run, each in a process of its own.
"""
