"""Writes produc_hausman_50_digits.json: python tests/reference/hausman_50_digits.py (needs mpmath).

The augmented regression of Mundlak with its dummies left in, clustered by unit: y - theta*mean on
X - theta*mean, the unit means of X, and a constant or dummies of years (the statistic is the same
for every theta; 1/2 is taken), in 50 digits from the doubles of the data.
"""
import csv, json, math
from mpmath import mp, mpf, matrix, lu_solve

mp.dps = 50
rows = sorted(csv.DictReader(open("experiments/data/us-states.csv")), key=lambda r: (r["state"], int(r["year"])))
LOGS = {"lgsp": "gsp", "lpcap": "pcap", "lpc": "pc", "lemp": "emp"}
at = {(r["state"], int(r["year"])): r for r in rows}


def value(name, state, year):
    base, lag = (name[:-3], int(name[-1])) if name[-3:-1] == "_l" else (name, 0)
    r = at[(state, year - lag)]
    return math.log(float(r[LOGS[base]])) if base in LOGS else float(r[base])


def robust(states, years, names, two_way):
    n, t, k = len(states), len(years), len(names)
    half = mpf(1) / 2

    def quasi(name):
        v = {s: [mpf(value(name, s, y)) for y in years] for s in states}
        mean = {s: sum(v[s]) / t for s in states}
        return [v[s][j] - half * mean[s] for s in states for j in range(t)], mean

    y, _ = quasi("lgsp")
    columns, means = [], []
    for name in names:
        q, mean = quasi(name)
        columns.append(q)
        means.append([mean[s] for s in states for _ in range(t)])
    columns += means
    for j in range(t if two_way else 1):
        columns.append([mpf(1 if not two_way or i % t == j else 0) for i in range(n * t)])
    p = len(columns)
    dot = lambda a, b: sum(x * z for x, z in zip(a, b))
    gram = matrix(p, p)
    for a in range(p):
        for b in range(a, p):
            gram[a, b] = gram[b, a] = dot(columns[a], columns[b])
    bread = gram ** -1
    b = bread * matrix([dot(c, y) for c in columns])
    e = [y[i] - sum(b[a] * columns[a][i] for a in range(p)) for i in range(n * t)]
    meat = matrix(p, p)
    for i in range(n):
        here = range(i * t, (i + 1) * t)
        g = [sum(columns[a][j] * e[j] for j in here) for a in range(p)]
        for a in range(p):
            for c in range(p):
                meat[a, c] += g[a] * g[c]
    factor = mpf(n) / (n - 1) * (n * t - 1) / (n * t - p)
    v = factor * bread * meat * bread
    vv = matrix(k, k)
    for a in range(k):
        for c in range(k):
            vv[a, c] = v[k + a, k + c]
    d = matrix([b[k + a] for a in range(k)])
    return float((d.T * lu_solve(vv, d))[0])


SPECS = {
    "lag0": (["lpcap", "lpc", "lemp", "unemp"], 1970),
    "lag1": (["lpcap_l1", "lpc", "lemp", "unemp"], 1971),
    "joint": (["lpcap", "lpcap_l1", "lpcap_l2", "lpc", "lemp", "unemp"], 1972),
}
results = {}
for region in ["national", "east", "central", "west"]:
    states = sorted({r["state"] for r in rows if region in ("national", r["macro"])})
    for spec, (names, first) in SPECS.items():
        years = list(range(first, 1987))
        results[f"{region}__{spec}"] = {
            "individual": robust(states, years, names, False),
            "two_way": robust(states, years, names, True),
        }
json.dump({"made_with": "mpmath, 50 digits", "results": results}, open("tests/reference/produc_hausman_50_digits.json", "w"), indent=1)
