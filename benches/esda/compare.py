"""Permutations a second: spanel against Python's esda, on the same data in one run.

    python benches/esda/compare.py [--quick]

Queen lattices of 50, 3 000 and 50 000 units, row-standardised, a variable with some autocorrelation; global
Moran's I and local Moran's I. Needs `pip install esda libpysal`, and numba for esda's fast path; where they
are not installed, says so and measures nothing. esda is timed in the same process after a first call that
compiles, its best of three; spanel is `cargo bench --bench permutations`. On one thread both by CPU time, which
other work on the machine leaves alone; spanel on all threads by wall time. More jobs do not help esda here.
"""

import os
import subprocess
import sys
import tempfile
import time
import warnings

try:
    import esda
    import libpysal
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}; pip install esda libpysal numba")
    sys.exit(0)
try:
    import numba  # noqa: F401
except ImportError:
    print("numba is not installed: esda's local statistic is slower than it could be")

warnings.filterwarnings("ignore")
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
QUICK = "--quick" in sys.argv
# Sides of the lattice, replicates of the global and of the local statistic.
CASES = [((10, 5), 9999, 9999), ((50, 60), 999, 999), ((200, 250), 999, 99)]


def best(run, repeats=1 if QUICK else 3):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        result = run()
        times.append(time.process_time() - start)
    return min(times), result


def spanel(file, replicates, local):
    command = ["cargo", "bench", "--quiet", "--bench", "permutations", "--"]
    command += [file, str(replicates), str(local)]
    done = subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def measure(sides, replicates, local):
    weights = libpysal.weights.lat2W(*sides, rook=False)
    weights.transform = "r"
    n = weights.n
    noise = np.random.default_rng(1).normal(size=n)
    y = noise + 0.3 * weights.sparse @ noise
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        for unit in range(n):
            near = sorted(weights.neighbors[unit])
            print(repr(float(y[unit])), *near, file=file)
    ours = spanel(file.name, replicates, local)
    os.unlink(file.name)
    esda.Moran(y, weights, permutations=9)
    esda.Moran_Local(y, weights, permutations=9, seed=1)
    theirs, moran = best(lambda: esda.Moran(y, weights, permutations=replicates))
    # What the statistic itself costs counts for both.
    local_one, lisa = best(lambda: esda.Moran_Local(y, weights, permutations=local, n_jobs=1, seed=1))
    assert abs(moran.I - float(ours["i"])) < 1e-10, (moran.I, ours["i"])
    rows = [
        ("global", replicates, theirs, float(ours["global_one_s"]), float(ours["global_all_s"])),
        ("local", local, local_one, float(ours["local_one_s"]), float(ours["local_all_s"])),
    ]
    for kind, count, peer, one, every in rows:
        print(
            f"| {kind} | {n} | {count} | {count / peer:,.0f} | {count / one:,.0f} | "
            f"{count / every:,.0f} | {peer / one:.0f} | {peer / every:.0f} |",
            flush=True,
        )
    significant = int((2 * lisa.p_sim < 0.05).sum())
    print(
        f"<!-- n = {n}: I = {moran.I:.6f}; p {2 * moran.p_sim:.4f} and {ours['p']}; units with p < 0.05: "
        f"{significant} and {ours['local_significant']} -->"
    )


print(f"esda {esda.__version__}, libpysal {libpysal.__version__}, NumPy {np.__version__}; replicates a second")
print("| statistic | n | replicates | esda | spanel, one thread | all threads | ratio, one | ratio, all |")
print("|---|---:|---:|---:|---:|---:|---:|---:|")
for case in CASES:
    measure(*case)
