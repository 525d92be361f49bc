"""The batched residual bootstrap of the us-states SLM in NumPy, replicates as columns.

With w = (I ⊗ G)ε, G = W(I − ρ̂W)⁻¹, Q the two-way within projection, QX = Q_x R and
g = M Q(I ⊗ G)Xβ̂, the concentrated likelihood of a replicate is three scalars,

    t_ee = ε'Qε − |a|²,  t_Le = g'ε + ε'Qw − a'b,  t_LL = g'g + 2g'w + w'Qw − |b|²,
    a = Q_x'ε,  b = Q_x'w,   ℓ(θ) = T log|I − (ρ̂ + θ)W| − (NT/2) log(t_ee − 2θt_Le + θ²t_LL),

in θ = ρ − ρ̂: what spanel's batched path does, less the standard errors and effects. A few
replicates are generated and fitted outright to check it. Prints `name=value` lines; CPU time of
the process, with one BLAS thread when compare.sh starts it.
"""

import time

import numpy as np

from data import panel, row_standardised

COUNT = 9_984
CHECKED = 5


def demeaned(v, n, t):
    """Q v for the columns of v, stacked by period."""
    v = v.reshape(t, n, -1)
    v = v - v.mean(axis=0)
    return (v - v.mean(axis=1, keepdims=True)).reshape(n * t, -1)


class Plain:
    """The estimator, one response at a time."""

    def __init__(self, x, w, t):
        self.w, self.n, self.t, self.x = w, w.shape[0], t, x
        self.qx = demeaned(x, self.n, t)
        self.spectrum = np.linalg.eigvals(w).real

    def lag(self, v):
        return (self.w @ v.reshape(self.t, self.n).T).T.ravel()

    def fit(self, y):
        """ρ by bisection of the score, β by least squares."""
        sides = demeaned(np.column_stack([y, self.lag(y)]), self.n, self.t)
        beta, *_ = np.linalg.lstsq(self.qx, sides, rcond=None)
        e0, e1 = (sides - self.qx @ beta).T

        def score(rho):
            e = e0 - rho * e1
            trace = (self.spectrum / (1 - rho * self.spectrum)).sum()
            return -self.t * trace + self.n * self.t * (e1 @ e) / (e @ e)

        low, high = 1 / self.spectrum.min() + 1e-9, 1 - 1e-9
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if score(middle) > 0 else (low, middle)
        return beta[:, 0] - low * beta[:, 1], low, e0 - low * e1


class Batched:
    """Replicates of a fit through their forms."""

    def __init__(self, plain, beta, rho, pool):
        n, t = plain.n, plain.t
        self.n, self.t, self.beta, self.rho, self.pool = n, t, beta, rho, pool
        self.k = len(beta)
        self.spectrum = plain.spectrum[:, None]
        self.g_matrix = plain.w @ np.linalg.inv(np.eye(n) - rho * plain.w)
        by_period = lambda m, v: (m @ v.reshape(t, n).T).T.reshape(-1)
        qx, self.r = np.linalg.qr(plain.qx)
        pushed = demeaned(by_period(self.g_matrix, plain.x @ beta), n, t)[:, 0]
        self.c0 = qx.T @ pushed
        g = pushed - qx @ self.c0
        self.gg = g @ g
        # ε and Gε of every row at once: Q_x'ε, Q_x'w = ((I ⊗ G')Q_x)'ε, g'ε, g'w.
        back = lambda v: by_period(self.g_matrix.T, v)
        rows = [*qx.T, *(back(q) for q in qx.T), g, back(g)]
        self.rows = np.array(rows)

    def estimates(self, errors):
        """β* (k × B) and ρ* (B) from errors (N·T × B)."""
        n, t, k = self.n, self.t, self.k
        e = errors.reshape(t, n, -1)
        e = e - e.mean(axis=0)
        e -= e.mean(axis=1, keepdims=True)
        w = np.matmul(self.g_matrix, e)
        qw = w - w.mean(axis=1, keepdims=True)
        lines = self.rows @ e.reshape(n * t, -1)
        a, b, ge, gw = lines[:k], lines[k : 2 * k], lines[2 * k], lines[2 * k + 1]
        form = lambda u, v: np.einsum("tnb,tnb->b", u, v)
        ee = form(e, e) - (a * a).sum(axis=0)
        le = ge + form(e, qw) - (a * b).sum(axis=0)
        ll = self.gg + 2 * gw + form(qw, qw) - (b * b).sum(axis=0)
        theta = self.newton(ee, le, ll)
        gamma = a - theta * (self.c0[:, None] + b)
        return self.beta[:, None] + np.linalg.solve(self.r, gamma), self.rho + theta

    def newton(self, ee, le, ll):
        """The maximum of each replicate's likelihood, all at once."""
        theta, half = np.zeros_like(ee), self.n * self.t
        for _ in range(20):
            ratio = self.spectrum / (1 - (self.rho + theta) * self.spectrum)
            ssr = ee - 2 * theta * le + theta * theta * ll
            slope = (le - theta * ll) / ssr
            first = half * slope - self.t * ratio.sum(axis=0)
            second = half * (2 * slope**2 - ll / ssr) - self.t * (ratio * ratio).sum(axis=0)
            step = first / second
            theta = theta - step
            if np.abs(step).max() < 1e-10:
                break
        return theta

    def run(self, rng, count, width):
        """`count` replicates, `width` at a time."""
        size = self.n * self.t
        for _ in range(count // width):
            self.estimates(self.pool[rng.integers(0, size, (size, width))])


def main():
    y, x, states, years = panel()
    w, n, t = row_standardised(states), len(states), len(years)
    plain = Plain(x, w, t)
    beta, rho, e = plain.fit(y)
    df = (n - 1) * (t - 1) - x.shape[1] - 1
    made = Batched(plain, beta, rho, (e - e.mean()) * np.sqrt(n * t / df))

    rng = np.random.default_rng(1)
    errors = made.pool[rng.integers(0, n * t, (n * t, CHECKED))]
    betas, rhos = made.estimates(errors)
    inverse = np.linalg.inv(np.eye(n) - rho * w)
    worst = 0.0
    for i in range(CHECKED):
        generated = (x @ beta + errors[:, i]).reshape(t, n)
        b, r, _ = plain.fit((inverse @ generated.T).T.ravel())
        worst = max(worst, abs(r - rhos[i]), np.abs(b - betas[:, i]).max())
    if worst > 1e-8:
        raise SystemExit(f"the batched and the plain replicates differ by {worst:.1e}")

    # The kindest width for NumPy: small enough for the cache, large enough for the calls.
    times = {}
    for width in (24, 48, 96, 192, 384):
        made.run(rng, width, width)
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            made.run(rng, COUNT // 4, width)
            best = min(best, time.process_time() - start)
        times[width] = best / (COUNT // 4 // width * width)
    width = min(times, key=times.get)

    print(f"numpy_version={np.__version__}")
    shown = " ".join(f"{value:.10f}" for value in [*beta, rho])
    print(f"estimates: {shown}")
    print(f"numpy_check={worst:.1e}")
    print(f"numpy_columns={width}")
    print(f"numpy_replicate_us={times[width] * 1e6:.3f}")


main()
