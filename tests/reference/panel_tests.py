"""Writes produc_panel_tests_dense.json: python tests/reference/panel_tests.py (needs NumPy and SciPy).

Tests that splm and plm compute otherwise than they say, with N T x N T covariance matrices written out,
and the LM tests of Debarsy and Ertur (2010) on data transformed by forward orthogonal deviations, with the
whole information matrix of a model with a spatial lag and a spatial error. splm's own numbers of C.1 to C.3
follow from what it puts in the place of the variance of innovations ("splm" below).
"""
import csv
import json
import numpy as np
from numpy.linalg import inv, slogdet
from scipy import optimize

rows = list(csv.DictReader(open("experiments/data/us-states.csv")))
lines = open("experiments/data/us-states.gal").read().split("\n")[1:]
words = " ".join(lines).split()
lists = []
while words:
    unit, count, words = words[0], int(words[1]), words[2:]
    lists.append((unit, words[:count]))
    words = words[count:]
units = [u for u, _ in lists]
years = sorted({r["year"] for r in rows})
N, T = len(units), len(years)
n = N * T
W = np.zeros((N, N))
for unit, near in lists:
    for other in near:
        W[units.index(unit), units.index(other)] = 1 / len(near)
of = {(r["state"].replace(" ", "_"), r["year"]): r for r in rows}
column = lambda c: np.array([float(of[u, t][c]) for t in years for u in units])
y = np.log(column("gsp"))
X = np.column_stack([np.ones(n)] + [np.log(column(c)) for c in ("pcap", "pc", "emp")] + [column("unemp")])
k = X.shape[1]
I, IT, J = np.eye(N), np.eye(T), np.ones((T, T))
results = {}


def put(name, statistic, basis="pooled"):
    results[name] = {"statistic": float(statistic), "basis": basis}
    print(name, statistic)


def gls(L, y=y, X=X):
    b = np.linalg.lstsq(L @ X, L @ y, rcond=None)[0]
    e = L @ (y - X @ b)
    return b, e @ e / len(e)


e = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
M = np.eye(n) - X @ np.linalg.solve(X.T @ X, X.T)
D = np.kron(IT, (W + W.T) / 2)
DM = D @ M
s, first, second = n - k, np.trace(DM), np.trace(DM @ DM)
put("bsk-slm2", (e @ D @ e / (e @ e) - first / s) / np.sqrt(2 * (s * second - first**2) / (s * s * (s + 2))))

# Breusch-Godfrey within units.
Q = np.kron(IT - J / T, I)
Xw, yw = Q @ X[:, 1:], Q @ y
ew = yw - Xw @ np.linalg.lstsq(Xw, yw, rcond=None)[0]
lag = np.concatenate([np.zeros(N), ew[:-N]])
Z = np.column_stack([Xw, Q @ lag])
r = ew - Z @ np.linalg.lstsq(Z, ew, rcond=None)[0]
put("breusch-godfrey", n * (1 - r @ r / (ew @ ew)), "within")


# Baltagi, Song, Jung & Koh (2007).
def V(rho):
    return rho ** np.abs(np.subtract.outer(np.arange(T), np.arange(T))) / (1 - rho**2)


def A(lam):
    B = I - lam * W
    return inv(B.T @ B)


def omega(phi, rho, lam):
    return phi * np.kron(J, I) + np.kron(V(rho), A(lam))


def lm(b, s2, phi, rho, lam, at):
    """Score and expected information of (s2, s2_mu, rho, lambda), the latter by differences of Omega."""
    h = 1e-6
    Oi = inv(s2 * omega(phi, rho, lam))
    d = [np.kron(V(rho), A(lam)), np.kron(J, I), None, None]
    d[2] = s2 * np.kron((V(rho + h) - V(rho - h)) / (2 * h), A(lam))
    d[3] = s2 * np.kron(V(rho), (A(lam + h) - A(lam - h)) / (2 * h))
    u = y - X @ b
    v = Oi @ u
    products = [Oi @ m for m in d]
    score = np.array([-0.5 * np.trace(p) + 0.5 * v @ m @ v for p, m in zip(products, d)])
    information = np.array([[0.5 * np.sum(p * q.T) for q in products] for p in products])
    return score[at] ** 2 * inv(information)[at, at]


def search(f, start):
    x = optimize.minimize(f, start, method="Nelder-Mead", options=dict(xatol=1e-9, fatol=1e-12, maxiter=2000)).x
    if x[0] < -15:  # phi is zero: the other by itself
        return np.array([-50.0, optimize.minimize_scalar(lambda r: f([-50.0, r]), bracket=(x[1] - 1e-2, x[1] + 1e-2), tol=1e-13).x])
    h = 1e-4 * np.eye(2)
    for _ in range(6):  # Newton by differences
        g = np.array([(f(x + d) - f(x - d)) / 2e-4 for d in h])
        H = np.array([[(f(x + d + c) - f(x + d - c) - f(x - d + c) + f(x - d - c)) / 4e-8 for d in h] for c in h])
        x = x - np.linalg.solve(H, g)
    return x


def time_root(phi, rho):
    return np.linalg.cholesky(inv(phi * J + V(rho))).T


def first_loglik(p):
    phi, rho = np.exp(p[0]), np.tanh(p[1])
    L = time_root(phi, rho)
    return n / 2 * np.log(gls_time(L, I)[1]) + N / 2 * slogdet(phi * J + V(rho))[1]


def gls_time(L, B):
    f = lambda z: np.einsum("ts,ij,sj...->ti...", L, B, z.reshape((T, N) + z.shape[1:]), optimize=True).reshape(z.shape)
    ys, Xs = f(y), f(X)
    b = np.linalg.lstsq(Xs, ys, rcond=None)[0]
    e = ys - Xs @ b
    return b, e @ e / n


p = search(first_loglik, [1, 0.5])
phi, rho = np.exp(p[0]), np.tanh(p[1])
b, s2 = gls_time(time_root(phi, rho), I)
put("bsjk-c1", lm(b, s2, phi, rho, 0.0, 3))
u = y - X @ b
results["bsjk-c1"]["splm"] = float(lm(b, u @ u / n / (1 + phi), phi, rho, 0.0, 3))


def second(p):
    phi, lam = np.exp(p[0]), np.tanh(p[1])
    values, vectors = np.linalg.eigh(A(lam))
    turn = lambda z: np.einsum("ti...,ij->tj...", z.reshape((T, N) + z.shape[1:]), vectors)
    Y = turn(y)
    Z = np.einsum("tik,ij->tjk", X.reshape(T, N, k), vectors)
    theta = 1 - 1 / np.sqrt(1 + T * phi / values)
    ys = ((Y - theta * Y.mean(0)) / np.sqrt(values)).ravel()
    Zs = ((Z - theta[:, None] * Z.mean(0)) / np.sqrt(values)[:, None]).reshape(n, k)
    b = np.linalg.lstsq(Zs, ys, rcond=None)[0]
    e = ys - Zs @ b
    ll = n / 2 * np.log(e @ e / n) + 0.5 * (np.log(values + T * phi) + (T - 1) * np.log(values)).sum()
    return ll, b, e @ e / n, phi, lam


p = search(lambda p: second(p)[0], [2, 0.5])
_, b, s2, phi, lam = second(p)
put("bsjk-c2", lm(b, s2, phi, 0.0, lam, 2))
u = y - X @ b
results["bsjk-c2"]["splm"] = float(lm(b, u @ u / n / (1 + phi), phi, 0.0, lam, 2))


def third(p):
    rho, lam = np.tanh(p[0]), np.tanh(p[1])
    s2 = gls_time(time_root(0, rho), I - lam * W)[1]
    return n / 2 * np.log(s2) + N / 2 * slogdet(V(rho))[1] - T * slogdet(I - lam * W)[1]


p = search(third, [1.5, 0.3])
rho, lam = np.tanh(p[0]), np.tanh(p[1])
b, s2 = gls_time(time_root(0, rho), I - lam * W)
put("bsjk-c3", lm(b, s2, 0.0, rho, lam, 1))


def c3_of_splm():
    """g = tr(inv(V) J) over s2 squared, of unfiltered residuals, in score and information of (s2, s2_mu, rho, lambda)."""
    u = y - X @ b
    s = u @ u / n
    B = I - lam * W
    BB, slope = B.T @ B, W.T @ B + B.T @ W
    VJV = inv(V(rho)) @ J @ inv(V(rho))
    g = (1 - rho) / s**2 * (2 + (T - 2) * (1 - rho))
    tr = np.trace
    U = u.reshape(T, N)
    score = -g / 2 * tr(BB) + np.sum((VJV @ U) * (U @ BB @ BB)) / (2 * s**2)
    M = slope @ inv(BB)
    one, left = tr(M), 1 - rho**2
    upper = np.zeros((4, 4))
    upper[0] = n / (2 * s**2), g * tr(BB) / (2 * s), N * rho / (s * left), T * one / (2 * s)
    upper[1, 1:] = g**2 * tr(BB @ BB) / 2, tr(BB) / (s * (1 + rho)) * ((2 - T) * rho**2 + T - 1 + rho), g / 2 * tr(slope)
    upper[2, 2:] = N / left**2 * (3 * rho**2 - T * rho**2 + T - 1), rho * one / left
    upper[3, 3] = T * tr(M @ M) / 2
    return score**2 * inv(upper + np.triu(upper, 1).T)[1, 1]


results["bsjk-c3"]["splm"] = float(c3_of_splm())

# Debarsy & Ertur (2010): forward orthogonal deviations.
F = np.zeros((T - 1, T))
for t in range(T - 1):
    rest = T - t - 1
    F[t, t] = np.sqrt(rest / (rest + 1))
    F[t, t + 1 :] = -np.sqrt(rest / (rest + 1)) / rest
Fn = np.kron(F, I)
yf, Xf = Fn @ y, Fn @ X[:, 1:]
m = N * (T - 1)
IF = np.eye(T - 1)
WF = np.kron(IF, W)


def sar(rho, lam, b, s2):
    """Score and information of (b, rho, lambda, s2)."""
    B, S = I - lam * W, I - rho * W
    G, H = B @ W @ inv(S) @ inv(B), W @ inv(B)
    BF = np.kron(IF, B)
    ut = np.kron(IF, S) @ yf - Xf @ b
    e = BF @ ut
    Xt = BF @ Xf
    g = np.kron(IF, G) @ Xt @ b
    tau, q = T - 1, Xf.shape[1]
    score = np.zeros(q + 3)
    score[:q] = Xt.T @ e / s2
    score[q] = e @ BF @ WF @ yf / s2 - tau * np.trace(G)
    score[q + 1] = e @ WF @ ut / s2 - tau * np.trace(H)
    score[q + 2] = e @ e / (2 * s2**2) - m / (2 * s2)
    info = np.zeros((q + 3, q + 3))
    info[:q, :q] = Xt.T @ Xt / s2
    info[:q, q] = info[q, :q] = Xt.T @ g / s2
    info[q, q] = g @ g / s2 + tau * np.trace(G @ G + G.T @ G)
    info[q, q + 1] = info[q + 1, q] = tau * np.trace((H + H.T) @ G)
    info[q, q + 2] = info[q + 2, q] = tau * np.trace(G) / s2
    info[q + 1, q + 1] = tau * np.trace(H @ H + H.T @ H)
    info[q + 1, q + 2] = info[q + 2, q + 1] = tau * np.trace(H) / s2
    info[q + 2, q + 2] = m / (2 * s2**2)
    return score, info


b = np.linalg.lstsq(Xf, yf, rcond=None)[0]
e = yf - Xf @ b
score, info = sar(0.0, 0.0, b, e @ e / m)
q = Xf.shape[1]
put("de-joint", score @ inv(info) @ score, "within")
for name, one, other in (("de-lag", q, q + 1), ("de-error", q + 1, q)):
    keep = [i for i in range(q + 3) if i != other]
    put(name, score[one] ** 2 * inv(info[np.ix_(keep, keep)])[keep.index(one), keep.index(one)], "within")


def profile(rho, lam):
    BF = np.kron(IF, I - lam * W)
    ys, Xs = BF @ (yf - rho * WF @ yf), BF @ Xf
    b = np.linalg.lstsq(Xs, ys, rcond=None)[0]
    e = ys - Xs @ b
    s2 = e @ e / m
    return m / 2 * np.log(s2) - (T - 1) * (slogdet(I - lam * W)[1] + slogdet(I - rho * W)[1]), b, s2


bounded = dict(bounds=(-0.99, 0.99), method="bounded", options=dict(xatol=1e-12))
rho = optimize.minimize_scalar(lambda r: profile(r, 0.0)[0], **bounded).x
_, b, s2 = profile(rho, 0.0)
score, info = sar(rho, 0.0, b, s2)
put("de-error-given-lag", score[q + 1] ** 2 * inv(info)[q + 1, q + 1], "within")
lam = optimize.minimize_scalar(lambda l: profile(0.0, l)[0], **bounded).x
_, b, s2 = profile(0.0, lam)
score, info = sar(0.0, lam, b, s2)
put("de-lag-given-error", score[q] ** 2 * inv(info)[q, q], "within")

document = {"made_with": "NumPy, dense", "results": results}
json.dump(document, open("tests/reference/produc_panel_tests_dense.json", "w"), indent=1)
