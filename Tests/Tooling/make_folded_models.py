#!/usr/bin/env python3
"""Writes Tests/Fixtures/errormodels/folded.jsonl: circuits with loops, and the text of the model that Stim folds them to.

Needs the Python package stim.
"""

import json
import pathlib

import stim

FILE = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/errormodels/folded.jsonl"

NESTED = """R 0 1
REPEAT 7 {
    REPEAT 9 {
        SHIFT_COORDS(1)
        X_ERROR(0.125) 0
        MR 0
        DETECTOR(2) rec[-1]
        SHIFT_COORDS(5)
    }
    X_ERROR(0.25) 1
    MR 1
    DETECTOR(3) rec[-1] rec[-2]
    SHIFT_COORDS(1)
    SHIFT_COORDS(1)
}
MR 0
DETECTOR rec[-1]
"""

INNERMOST_LAST = """R 0
REPEAT 6 {
    X_ERROR(0.125) 0
    MR 0
    DETECTOR rec[-1]
    REPEAT 5 {
        X_ERROR(0.25) 0
        MR 0
        DETECTOR(1) rec[-1]
    }
}
"""

SILENT_DETECTORS = """R 0 1
M 1
REPEAT 9 {
    M 1
    DETECTOR rec[-1] rec[-2]
    X_ERROR(0.125) 0
    SHIFT_COORDS(1)
    MR 0
    DETECTOR rec[-1]
}
M 1
DETECTOR rec[-1] rec[-3]
OBSERVABLE_INCLUDE(0) rec[-1]
"""


def loop(delay, period, count):
    """A loop whose turns repeat after `period` turns, once `delay` turns from its end are left."""
    lines = ["R " + " ".join(str(q) for q in range(period + delay + 1)), f"REPEAT {count} {{"]
    lines += [f"    SWAP {q} {q + 1}" for q in range(period - 1)]
    lines += [f"    SWAP {q} {q + 1}" for q in reversed(range(period, period + delay))]
    if delay:
        lines.append(f"    R {period}")
    lines += [f"    X_ERROR(0.125) 0 {period}", "}", f"M 0 {period + delay}"]
    return "\n".join(lines + ["DETECTOR rec[-1]", "DETECTOR rec[-2]"]) + "\n"


def main():
    circuits = [NESTED, INNERMOST_LAST, SILENT_DETECTORS]
    for delay in range(4):
        for period in range(1, 5):
            circuits += [loop(delay, period, count) for count in (2, 6, 7, 9, 12, 100)]
    for rounds in (3, 4, 5, 11, 1000):
        circuits.append(
            str(stim.Circuit.generated(
                "repetition_code:memory", distance=3, rounds=rounds, before_measure_flip_probability=0.125))
            + "\n")
    with open(FILE, "w") as file:
        for circuit in circuits:
            model = stim.Circuit(circuit).detector_error_model()
            file.write(json.dumps({"circuit": circuit, "model": str(model) + "\n"}) + "\n")


if __name__ == "__main__":
    main()
