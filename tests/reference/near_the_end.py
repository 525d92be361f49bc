"""Prints how far replicates of random effects near the end of the interval are off (needs mpmath):

    cargo test --test suite -- --ignored replicates_near_the_end_are_written
    python tests/reference/near_the_end.py target/tmp/near_the_end.json

Of each W and model, the replicate in which the batched kernel and one fit at a time are furthest apart is made again
from its errors and estimated with 50 digits: the maximum by Newton's method, the observed information by differences.
The last column is what y changes by being rounded to doubles.
"""
import json
import sys
from mpmath import mp, mpf, matrix, eye, det, log, log1p, expm1, fsum, lu_solve, nstr, pi, sqrt

mp.dps = 50
N, T = 9, 7
n = N * T


def lagged(W, v):
    return [fsum(W[i, j] * v[t * N + j] for j in range(N)) for t in range(T) for i in range(N)]


def parts(v):
    m = [fsum(v[i::N]) / T for i in range(N)]
    return m, [x - m[i % N] for i, x in enumerate(v)]


def dot(a, b):
    return fsum(x * y for x, y in zip(a, b))


class Likelihood:
    """Of (y, Wy, X) with a lag, of (y, X) and their lags with a lagged error (KKP)."""

    def __init__(self, W, y, X, lag):
        self.W, self.lag = W, lag
        columns = [y] + ([lagged(W, y)] if lag else []) + X
        lags = [[mpf(0)] * n if lag else lagged(W, c) for c in columns]
        self.first, self.m = 1 + lag, len(columns)
        products = lambda p, q: matrix([[dot(a, b) for b in q] for a in p])
        self.grams = []
        for which in (1, 0):
            a, b = ([parts(c)[which] for c in of] for of in (columns, lags))
            self.grams.append((products(a, a), products(a, b), products(b, b)))

    def forms(self, spatial, s):
        l = mpf(0) if self.lag else spatial
        weighted = zip(self.grams, (mpf(1), T / (1 + s)))
        within, between = (w * (a - l * (c + c.T) + l * l * b) for (a, c, b), w in weighted)
        return within + between

    def squares(self, S, spatial, beta):
        theta = [mpf(1)] + ([-spatial] if self.lag else []) + [-b for b in beta]
        return fsum(theta[i] * theta[j] * S[i, j] for i in range(self.m) for j in range(self.m))

    def determinant(self, spatial):
        return T * log(det(eye(N) - spatial * self.W))

    def concentrated(self, at):
        spatial, v = at
        S, f, k = self.forms(spatial, expm1(v)), self.first, self.m - self.first
        A = matrix(k, k)
        b = matrix(k, 1)
        for i in range(k):
            b[i] = S[f + i, 0] - (spatial * S[f + i, 1] if self.lag else 0)
            for j in range(k):
                A[i, j] = S[f + i, f + j]
        beta = list(lu_solve(A, b))
        sigma2 = self.squares(S, spatial, beta) / n
        value = -mpf(n) / 2 * (log(2 * pi * sigma2) + 1) + self.determinant(spatial) - mpf(N) / 2 * v
        return value, beta, sigma2

    def full(self, p):
        *beta, spatial, phi, sigma2 = p
        q = self.squares(self.forms(spatial, T * phi), spatial, beta)
        return -mpf(n) / 2 * log(2 * pi * sigma2) - q / (2 * sigma2) + self.determinant(spatial) - mpf(N) / 2 * log1p(T * phi)


def derivatives(f, x):
    h, m = mpf(10) ** -14, len(x)
    at = lambda *moves: f([x[l] + h * sum(s for i, s in moves if i == l) for l in range(m)])
    g, H, middle = matrix(m, 1), matrix(m, m), f(x)
    for i in range(m):
        up, down = at((i, 1)), at((i, -1))
        g[i], H[i, i] = (up - down) / (2 * h), (up - 2 * middle + down) / h**2
        for j in range(i):
            both = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
            H[i, j] = H[j, i] = both / (4 * h * h)
    return g, H


def estimated(W, y, X, lag, start):
    """Values and standard errors of (beta, rho or lambda, phi, sigma2)."""
    likelihood = Likelihood(W, y, X, lag)
    x = [mpf(start[0]), log1p(T * mpf(start[1]))]
    for _ in range(4):
        g, H = derivatives(lambda p: likelihood.concentrated(p)[0], x)
        step = lu_solve(H, g)
        x = [x[0] - step[0], x[1] - step[1]]
    assert max(abs(step[0]), abs(step[1])) < mpf(10) ** -20
    _, beta, sigma2 = likelihood.concentrated(x)
    p = beta + [x[0], expm1(x[1]) / T, sigma2]
    V = (-derivatives(likelihood.full, p)[1]) ** -1
    return p, [sqrt(V[i, i]) for i in range(len(p))]


def made(W, case, errors):
    """y from its errors."""
    spatial, phi = (mpf(case["fit"][i]) for i in (-3, -2))
    means, within = parts([mpf(e) for e in errors])
    root = sqrt(1 + T * phi)
    u = [w + root * means[i % N] for i, w in enumerate(within)]
    B = (eye(N) - spatial * W) ** -1
    systematic = [mpf(x) for x in case["systematic"]]
    total = lambda a, b: [x + z for x, z in zip(a, b)]
    return lagged(B, total(systematic, u)) if case["estimator"] == "slm" else total(systematic, lagged(B, u))


for case in json.load(open(sys.argv[1])):
    W = matrix([[mpf(w) for w in row] for row in case["w"]])
    X = [[mpf(1)] * n] + [[mpf(v) for v in c] for c in case["x"]]
    batched, plain = case["batched"], case["plain"]
    apart = lambda r: max(abs(b[r][1] / p[r][1] - 1) for b, p in zip(batched, plain))
    r = max(range(len(case["errors_and_y"])), key=apart)
    errors, y = case["errors_and_y"][r]
    of = lambda y: estimated(W, y, X, int(case["estimator"] == "slm"), (plain[-3][r][0], plain[-2][r][0]))
    exact, rounded = of(made(W, case, errors)), of([mpf(v) for v in y])
    print(case["weights"], case["estimator"], "replicate", r, "relative errors of standard errors")
    for i, term in enumerate(case["terms"]):
        off = lambda s: nstr(abs(s / exact[1][i] - 1), 2)
        print(f"  {term:9} batched {off(batched[i][r][1])}  one fit {off(plain[i][r][1])}  rounding {off(rounded[1][i])}")
