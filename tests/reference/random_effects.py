"""Writes produc_random_dense.json: python tests/reference/random_effects.py (needs NumPy).

Random effects of units, of periods and of both by generalised least squares with the N T x N T covariance
matrix of the errors written out and inverted. Variances are quadratic forms in N T x N T projections over
their ranks: least squares of the projected equation (Swamy and Arora), residuals of pooled least squares
(Wallace and Hussain), of fixed effects (Amemiya), estimated fixed effects (Nerlove). With fixed effects of
periods dummies of them are taken out of everything first.
"""
import csv
import json
import numpy as np
from numpy.linalg import inv, matrix_rank, pinv, slogdet

rows = list(csv.DictReader(open("experiments/data/us-states.csv")))
units = sorted({r["state"] for r in rows})
years = sorted({r["year"] for r in rows})
N, T = len(units), len(years)
n = N * T
of = {(r["state"], r["year"]): r for r in rows}
names = ["lpcap", "lpc", "lemp", "unemp"]


def column(name):
    return np.array([float(of[u, y][name]) for y in years for u in units])


LOGS = {"lgsp": "gsp", "lpcap": "pcap", "lpc": "pc", "lemp": "emp"}

y = np.log(column(LOGS["lgsp"]))
X = np.column_stack([np.log(column(LOGS[c])) if c in LOGS else column(c) for c in names])
one = np.ones((n, 1))
JT, JN = np.full((T, T), 1 / T), np.full((N, N), 1 / N)
IT, IN = np.eye(T), np.eye(N)


def least_squares(A, b):
    beta = pinv(A, rcond=1e-10) @ b
    return beta, b - A @ beta


def variances(effects, how, y, X, intercept):
    """sigma2, sigma2_unit, sigma2_period."""
    has_units, has_periods = effects != "random-periods", effects in ("random-periods", "random-two-way")
    mean = np.kron(JT, JN)
    P1, P2 = np.kron(JT, IN), np.kron(IT, JN)
    out = np.kron(IT, IN - JN) if effects == "random-time" else np.eye(n)
    if has_units and has_periods:
        Q, between, over = np.eye(n) - P1 - P2 + mean, [P1 - mean, P2 - mean], [T, N]
    elif has_units:
        Q, between, over = out @ (np.eye(n) - P1), [out @ P1], [T]
    else:
        Q, between, over = np.eye(n) - P2, [P2], [N]
    rank = lambda A: round(float(np.trace(A)))
    parts = []
    if how == "swamy-arora":
        _, e = least_squares(Q @ X, Q @ y)
        sigma2 = e @ e / (rank(Q) - X.shape[1])
        for P in between:
            # Where the overall mean is a part of its own there is no constant.
            Z = P @ (X if abs(P @ one).max() < 1e-9 else np.hstack([one, X]))
            _, r = least_squares(Z, P @ y)
            parts.append(r @ r / (rank(P) - matrix_rank(Z)))
    else:
        if how == "wallace-hussain":
            _, u = least_squares(np.hstack([one, X]) if intercept else X, y)
        else:
            beta, _ = least_squares(Q @ X, Q @ y)
            u = y - X @ beta
            u = u - u.mean()
        e = Q @ u
        if how == "nerlove":
            sigma2 = e @ e / n
            for P, k in zip(between, over):
                effect = P @ u
                effect = effect - effect.mean()
                parts.append(sigma2 + k * (effect @ effect / k) / (n / k - 1))
        else:
            sigma2 = e @ e / rank(Q)
            parts = [u @ P @ u / rank(P) for P in between]
    found = [max(0.0, (p - sigma2) / k) for p, k in zip(parts, over)]
    if has_units and has_periods:
        return sigma2, found[0], found[1]
    return (sigma2, found[0], None) if has_units else (sigma2, None, found[0])


results = {}
for effects in ["random", "random-time", "random-periods", "random-two-way"]:
    fixed = effects == "random-time"
    D = np.kron(IT, np.ones((N, 1)))
    M = np.eye(n) - D @ inv(D.T @ D) @ D.T if fixed else np.eye(n)
    for how in ["swamy-arora", "amemiya", "wallace-hussain", "nerlove"]:
        s, su, sp = variances(effects, how, M @ y, M @ X, not fixed)
        V = s * np.eye(n)
        if su is not None:
            V += su * np.kron(T * JT, IN)
        if sp is not None:
            V += sp * np.kron(IT, N * JN)
        Z = np.hstack([D if fixed else one, X])
        Vi = inv(V)
        beta = inv(Z.T @ Vi @ Z) @ Z.T @ Vi @ y
        u = y - Z @ beta
        # s2 of the transformed regression, in units of sigma2.
        q = s * (u @ Vi @ u)
        s2 = q / (n - Z.shape[1])
        C = s2 / s * inv(Z.T @ Vi @ Z)
        keep = slice(T, None) if fixed else slice(0, None)
        labels = names if fixed else ["(Intercept)"] + names
        loglik = -n / 2 * (np.log(2 * np.pi) + 1 + np.log(q / n)) - slogdet(V / s)[1] / 2
        if not (su or sp):
            s = s2  # the fit without random effects
        results[f"{effects} {how}"] = {
            "sigma2": s, "sigma2_unit": su, "sigma2_period": sp, "loglik": loglik,
            "coef": dict(zip(labels, beta[keep])), "se": dict(zip(labels, np.sqrt(np.diag(C))[keep])),
        }
with open("tests/reference/produc_random_dense.json", "w") as out:
    json.dump({"made_by": "random_effects.py", "formula": "lgsp ~ lpcap + lpc + lemp + unemp",
               "results": results}, out, indent=1)
    out.write("\n")
