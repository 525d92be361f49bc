"""Moments of spatial errors by spreg 1.9.0, its search replaced by the root of a polynomial.

spreg minimises by L-BFGS-B with derivatives by differences and stops short of the minimum. Each of its
moments is quadratic in lambda and linear in the variances: with these solved for, the objective is a
polynomial of fourth degree, whose smallest value is found exactly here. Everything else is spreg's code.

`stopped`: where its own search ends (first and second step) and what follows from there.
`right_weights`: full weights with T_W of Kapoor, Kelejian & Prucha (2007), equation 18; spreg divides
tr W'W by N twice and leaves the factor 2 of tr W'WW'W out.

Run in the root of the project: python tests/reference/spreg_moments.py > tests/reference/spreg_moments.json
"""

import json
import sys

import libpysal
import numpy as np
import pandas as pd
import spreg
import spreg.panel as panel
import spreg.utils as utils

PANELS = {
    "produc": ("experiments/data/us-states", "state", "year", "lgsp", ["lpcap", "lpc", "lemp", "unemp"]),
    "usincome": ("tests/reference/data/usincome", "state", "year", "g", ["rel_lag", "g_lag"]),
    "lattice_pos": ("tests/reference/data/lattice_pos", "unit", "period", "y", ["x1", "x2"]),
}


def load(path, unit, time, y, x):
    weights = libpysal.io.open(path + ".gal").read()
    weights.transform = "r"
    data = pd.read_csv(path + ".csv")
    for name in {"gsp", "pcap", "pc", "emp"} & set(data):
        data["l" + name] = np.log(data[name])
    place = {str(name): at for at, name in enumerate(weights.id_order)}
    data["place"] = data[unit].astype(str).str.replace(" ", "_").map(place)
    assert data["place"].notna().all()
    data = data.sort_values([time, "place"])
    return data[[y]].to_numpy(float), data[x].to_numpy(float), weights


def exact(moments, vcX=np.array([0]), all_par=False, start=None, hard_bound=False):
    """In place of spreg.utils.optim_moments."""
    left, right = moments
    if vcX.any():
        root = np.linalg.cholesky(np.linalg.inv(vcX)).T
        left, right = root @ left, root @ right
    right = right.ravel()
    of_variances = left[:, 2:]
    count = of_variances.shape[1]
    solve = np.linalg.pinv(of_variances) if count else np.zeros((0, len(right)))
    apart = np.eye(len(right)) - of_variances @ solve
    parts = [apart @ right, -apart @ left[:, 0], -apart @ left[:, 1]]
    size = max(np.abs(part).max() for part in parts)
    a, b, c = (part / size for part in parts)
    value = np.poly1d([c @ c, 2 * b @ c, b @ b + 2 * a @ c, 2 * a @ b, a @ a])
    slope, curvature = value.deriv(), value.deriv(2)
    turns = [r.real for r in slope.roots if abs(r.imag) < 1e-9 and abs(r.real) < 0.99]
    at = min(turns, key=value)
    for _ in range(20):
        at -= slope(at) / curvature(at)
    found = np.array([at, *(solve @ (right - left[:, 0] * at - left[:, 1] * at * at))])
    return found if all_par else at


SEARCH = utils.optim_moments


def with_searches(searches, fit):
    """What spreg makes of it where each search in turn is one of `searches`, and where they end."""
    ends, left = [], list(searches)

    def search(*args, **kwargs):
        found = left.pop(0)(*args, **kwargs)
        ends.append(np.atleast_1d(found).tolist())
        return found

    utils.optim_moments = panel.optim_moments = search
    try:
        model = fit()
    finally:
        utils.optim_moments = panel.optim_moments = SEARCH
    return {
        "coefficients": model.betas.ravel().tolist(),
        "std_errors": np.sqrt(np.diag(model.vm)).tolist(),
        "ends": ends,
    }


def right_weights(self, ws, trace_w2):
    """In place of _get_Tau."""
    w = ws.toarray()
    n, square = len(w), w.T @ w
    trace = np.trace
    t = [2 * n, 2 * trace(square), 2 * trace(square @ square), trace(square @ (w + w.T))]
    last = trace(w @ w) + trace(square)
    return np.array([[t[0], t[1], 0], [t[1], t[2], t[3]], [0, t[3], last]]) / n


def of_panel(y, x, w):
    pooled = lambda: spreg.GM_ErrorPooled(y, x, w)
    found = {
        "pooled": with_searches([exact, exact], pooled),
        "pooled_from_where_it_stopped": with_searches([SEARCH, exact], pooled),
        "pooled_stopped": with_searches([SEARCH, SEARCH], pooled),
    }
    for name, full in [("diagonal", False), ("full_of_spreg", True)]:
        fit = lambda: spreg.GM_ErrorRE(y, x, w, full_weights=full)
        found[name] = with_searches([exact, exact], fit)
    base = panel.BaseGM_ErrorRE
    own, base._get_Tau = base._get_Tau, right_weights
    fit = lambda: spreg.GM_ErrorRE(y, x, w, full_weights=True)
    found["right_weights"] = with_searches([exact, exact], fit)
    base._get_Tau = own
    return found


stdout, sys.stdout = sys.stdout, sys.stderr
results = {name: of_panel(*load(*how)) for name, how in PANELS.items()}
sys.stdout = stdout
print(json.dumps({"spreg": spreg.__version__, "results": results}, indent=1))
