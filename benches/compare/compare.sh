#!/usr/bin/env bash
# spanel against R's splm, Python's spreg and batched NumPy on one cell, in CPU time of one core:
#
#   benches/compare/compare.sh
#
# PYTHON and RSCRIPT name other interpreters, as of a virtual environment. A peer that is not
# installed is skipped, and said to be.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
python=${PYTHON:-python3}
rscript=${RSCRIPT:-Rscript}
# One thread for everyone: CPU time is then the time of one core.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 BLIS_NUM_THREADS=1
export PYTHONDONTWRITEBYTECODE=1

found=$(mktemp)
trap 'rm -f "$found"' EXIT

# Runs a measurement, shows its lines and keeps them.
measure() {
    local title=$1
    shift
    echo "== $title"
    "$@" | tee -a "$found"
    echo
}

# The value of a line `name=value`; empty if there is none.
value() { sed -n "s/^$1=//p" "$found" | head -n 1; }

# a / b; `not measured` where either is missing.
ratio() {
    if [ -z "$1" ] || [ -z "$2" ]; then
        echo "not measured"
    else
        awk -v a="$1" -v b="$2" 'BEGIN { r = a / b; printf (r < 100 ? "%.1f\n" : "%.0f\n"), r }'
    fi
}

# 999 replicates of NumPy, without standard errors or intervals; empty if not measured.
numpy_task_ms() {
    local us
    us=$(value numpy_replicate_us)
    [ -z "$us" ] || awk -v us="$us" 'BEGIN { print us * 0.999 }'
}

echo "SLM, two-way effects, 48 US states, 17 years, 4 regressors (experiments/us-states.toml)"
echo "Estimates: public capital, private capital, employment, unemployment, rho."
echo
measure "spanel" cargo bench --quiet --manifest-path "$top/Cargo.toml" --bench one_fit

if "$rscript" -e 'library(splm)' >/dev/null 2>&1; then
    measure "R, splm" "$rscript" "$here/fit.R" "$top/experiments/data"
else
    echo "skipped: R with splm is not installed"
fi
if "$python" -c 'import spreg, libpysal' >/dev/null 2>&1; then
    measure "Python, spreg" "$python" "$here/fit.py"
else
    echo "skipped: Python with spreg is not installed"
fi
if "$python" -c 'import numpy' >/dev/null 2>&1; then
    measure "Python, batched NumPy" "$python" "$here/batched.py"
else
    echo "skipped: Python with NumPy is not installed"
fi

one_fit=$(value one_fit_us)
task=$(value task_999_ms)
cat <<REPORT
== Three ratios: their CPU time over spanel's

1. One fit against one fit
   splm   $(ratio "$(value splm_fit_us)" "$one_fit")
   spreg  $(ratio "$(value spreg_fit_us)" "$one_fit")
   Each from data in memory to estimates with standard errors, spanel's eigenvalues of W included.
   The peers also take formulas apart and fill result objects; spreg takes the years as dummies
   and computes its summary.

2. The same algebra, batched: NumPy $(ratio "$(value numpy_replicate_us)" "$(value replicate_us)")
   A residual replicate by forms in both, draws included. NumPy's is without standard errors and
   effects, spanel's with both. This much is language and kernels; the rest of ratio 3 is algebra.

3. The user's task, the residual bootstrap with 999 replicates
   splm   $(ratio "$(value splm_task_999_ms)" "$task")
   spreg  $(ratio "$(value spreg_task_999_ms)" "$task")
   The peers refit, 20 times extrapolated to 999. spanel's time is the fit, its effects, 999
   replicates and percentile-t intervals. Most of it is algebra, not language: a replicate needs three
   scalars, not a fit. A refit against spanel's own one-at-a-time path gives only
   splm   $(ratio "$(value splm_refit_us)" "$(value plain_refit_us)")
   spreg  $(ratio "$(value spreg_refit_us)" "$(value plain_refit_us)")
   and NumPy with the same algebra against spanel's whole task
   NumPy  $(ratio "$(numpy_task_ms)" "$task")
REPORT
