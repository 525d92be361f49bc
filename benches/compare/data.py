"""The us-states cell as arrays: what fit.py and batched.py have in common.

Log gross product on log public capital, log private capital, log employment and unemployment,
48 states, 17 years, row-standardised contiguity: the SLM of experiments/us-states.toml.
"""

import csv
import math
import pathlib

import numpy as np

DATA = pathlib.Path(__file__).resolve().parents[2] / "experiments" / "data"
COLUMNS = [("gsp", True), ("pcap", True), ("pc", True), ("emp", True), ("unemp", False)]


def panel():
    """y (N·T) and X (N·T × k), stacked by year, with the names of states and years."""
    with open(DATA / "us-states.csv", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: (int(r["year"]), r["state"]))
    states = sorted({r["state"] for r in rows})
    years = sorted({int(r["year"]) for r in rows})
    value = lambda r, name, log: math.log(float(r[name])) if log else float(r[name])
    table = np.array([[value(r, *column) for column in COLUMNS] for r in rows])
    return table[:, 0].copy(), table[:, 1:].copy(), states, years


def neighbours():
    """State → its neighbours, from the GAL file."""
    lines = (DATA / "us-states.gal").read_text().splitlines()[1:]
    return {lines[i].split()[0]: lines[i + 1].split() for i in range(0, len(lines) - 1, 2)}


def row_standardised(states):
    """W (N × N), rows summing to one."""
    place = {state: i for i, state in enumerate(states)}
    w = np.zeros((len(states), len(states)))
    for state, others in neighbours().items():
        for other in others:
            w[place[state], place[other]] = 1.0
    return w / w.sum(axis=1, keepdims=True)
