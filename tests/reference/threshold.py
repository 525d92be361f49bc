"""Writes produc_threshold.json: python tests/reference/threshold.py (needs NumPy).

Hansen (1999) by brute force: for every candidate the regimes' columns are demeaned and the whole
regression is solved by numpy.linalg.lstsq. Nothing is updated from one candidate to the next.
"""
import csv, json, math
import numpy as np

LOGS = {"lgsp": "gsp", "lpcap": "pcap", "lpc": "pc", "lemp": "emp"}
rows = sorted(csv.DictReader(open("experiments/data/us-states.csv")), key=lambda r: (int(r["year"]), r["state"]))


def column(name, keep):
    return np.array([math.log(float(r[LOGS[name]])) if name in LOGS else float(r[name]) for r in keep])


def demean(v, n, effects):
    v = v.reshape(-1, n).copy()
    if effects in ("individual", "twoways"):
        v -= v.mean(axis=0)
    if effects in ("time", "twoways"):
        v -= v.mean(axis=1, keepdims=True)
    return v.ravel()


def case(region, effects, names, changing, qname, trim):
    keep = [r for r in rows if region in ("national", r["macro"])]
    n = len({r["state"] for r in keep}); t = len(keep) // n; nt = n * t
    y = column("lgsp", keep); X = [column(x, keep) for x in names]; q = column(qname, keep)
    constant = [np.ones(nt)] if effects == "none" else []
    absorbed = {"none": 1, "individual": n, "time": t, "twoways": n + t - 1}[effects]
    free = nt - absorbed
    least = math.ceil(trim * nt)
    D = lambda v: demean(v, n, effects)
    base = [D(x) for j, x in enumerate(X) if names[j] not in changing] + constant
    moving = [x for j, x in enumerate(X) if names[j] in changing]

    def fit(gammas):
        regime = sum((q > g).astype(int) for g in gammas) if gammas else np.zeros(nt, int)
        split = [D(x * (regime == r)) for x in moving for r in range(len(gammas) + 1)]
        M = np.column_stack(split + base)
        b, *_ = np.linalg.lstsq(M, D(y), rcond=None)
        e = D(y) - M @ b
        return e @ e, b, M, [int((regime == r).sum()) for r in range(len(gammas) + 1)]

    def allowed(gammas):
        return min(fit_sizes(gammas)) >= least

    def fit_sizes(gammas):
        regime = sum((q > g).astype(int) for g in gammas)
        return [int((regime == r).sum()) for r in range(len(gammas) + 1)]

    values = np.unique(q)
    candidates = [g for g in values if allowed([g])]
    s0 = fit([])[0]

    def search(given):
        found = [(fit(sorted(given + [g]))[0], g) for g in candidates if allowed(sorted(given + [g]))]
        best = min(found)
        return found, best

    def interval(found, best, sigma2):
        c = -2 * math.log(1 - math.sqrt(0.95))
        inside = [g for s, g in found if (s - best[0]) / sigma2 <= c]
        return [min(inside), max(inside)]

    def regimes(gammas):
        s, b, M, sizes = fit(gammas)
        df = nt - (absorbed if effects != "none" else 0) - M.shape[1]
        v = s / df * np.linalg.inv(M.T @ M)
        k = len(moving) * (len(gammas) + 1)
        return {"slopes": list(b[:k]), "se": list(np.sqrt(np.diag(v))[:k]), "sizes": sizes}

    one, best1 = search([])
    two, best2 = search([best1[1]])
    again, best1r = search([best2[1]])
    s2 = best2[0] / free
    both = sorted([(best1r[1], interval(again, best1r, s2)), (best2[1], interval(two, best2, s2))])
    return {
        "region": region, "effects": effects, "regressors": names, "changing": changing, "variable": qname, "trim": trim,
        "candidates": len(candidates),
        "one": {"f": (s0 - best1[0]) / (best1[0] / free), "threshold": best1[1],
                "interval": interval(one, best1, best1[0] / free), **regimes([best1[1]])},
        "two": {"f": (best1[0] - best2[0]) / s2, "thresholds": [g for g, _ in both],
                "intervals": [i for _, i in both], **regimes([g for g, _ in both])},
    }


X = ["lpcap", "lpc", "lemp", "unemp"]
results = {
    "national individual": case("national", "individual", X, ["lpcap"], "lemp", 0.05),
    "national two-way": case("national", "twoways", X, ["lpcap"], "unemp", 0.05),
    "east time": case("east", "time", X, ["lpcap", "lpc"], "lpc", 0.1),
    "central pooled": case("central", "none", X, ["lpcap"], "unemp", 0.1),
    "west two-way, all": case("west", "twoways", X, X, "lpcap", 0.15),
}
json.dump({"made_with": "NumPy, lstsq for every candidate", "results": results}, open("tests/reference/produc_threshold.json", "w"), indent=1)
