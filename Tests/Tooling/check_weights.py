#!/usr/bin/env python3
"""Compares the weights of corrections with those that PyMatching finds, shot by shot.

    Tests/Tooling/check_weights.py [--qsim .build/release/qsim] [--shots 100000] [--distances 5,7,…,25] [--p 0.001,0.003]

Rotated surface and repetition codes with noise of one strength everywhere, as many rounds as their distance. Needs stim,
pymatching and numpy. PyMatching rounds weights to whole numbers, so sums of them may differ by some 10⁻⁴ of their size; a minimum
that is not one differs by far more. Exits 1 if any shot does.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy
import pymatching
import stim

TOLERANCE = 1e-3


def compare(qsim, folder, code, distance, p, shots):
    circuit = stim.Circuit.generated(
        code, distance=distance, rounds=distance, after_clifford_depolarization=p, after_reset_flip_probability=p,
        before_measure_flip_probability=p, before_round_data_depolarization=p)
    model = circuit.detector_error_model(decompose_errors=True)
    paths = {name: os.path.join(folder, name) for name in ("model.dem", "events.b8", "weights.txt", "predictions.b8")}
    with open(paths["model.dem"], "w") as file:
        print(model, file=file)
    events, _ = circuit.compile_detector_sampler(seed=distance).sample(shots, separate_observables=True, bit_packed=True)
    events.tofile(paths["events.b8"])
    subprocess.run(
        [qsim, "decode", "--dem", paths["model.dem"], "--in", paths["events.b8"], "--in_format", "b8", "--out", paths["predictions.b8"],
         "--out_format", "b8", "--weights-out", paths["weights.txt"]], check=True)
    ours = numpy.loadtxt(paths["weights.txt"])
    matching = pymatching.Matching.from_detector_error_model(model)
    _, theirs = matching.decode_batch(events, return_weights=True, bit_packed_shots=True)
    difference = numpy.abs(ours - theirs) / numpy.maximum(1, numpy.abs(theirs))
    worst = float(difference.max())
    print(f"{code} d = {distance} p = {p}: {shots} shots, largest relative difference {worst:.1e}", flush=True)
    return worst < TOLERANCE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qsim", default=".build/release/qsim")
    parser.add_argument("--shots", type=int, default=100_000)
    parser.add_argument("--distances", default="5,7,9,11,13,15,17,19,21,23,25")
    parser.add_argument("--p", default="0.001,0.003")
    options = parser.parse_args()
    codes = ["surface_code:rotated_memory_z", "repetition_code:memory"]
    with tempfile.TemporaryDirectory() as folder:
        results = [
            compare(options.qsim, folder, code, int(distance), float(p), options.shots)
            for code in codes for distance in options.distances.split(",") for p in options.p.split(",")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
