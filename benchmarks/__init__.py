"""Quality against seconds: our qualities and re-created baselines on one machine, one network.

python -m benchmarks quality --out bench          curves, table, sheet; goes on where it stopped
python -m benchmarks cost --out bench             seconds and memory against size and jobs
python -m benchmarks sheet --out bench            contact sheets: photos and styles, all pairs
"""
