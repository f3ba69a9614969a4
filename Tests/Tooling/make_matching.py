#!/usr/bin/env python3
"""Writes Tests/Fixtures/matching/pymatching.json: error models, shots, and what PyMatching makes of them.

    make_matching.py [--out FILE]          needs stim and pymatching (a Python with both)

Probabilities are scaled at random, so that no two matchings weigh the same and predictions are unique.
"""
import argparse
import json
import math
import pathlib
import random

import numpy
import pymatching
import stim

D, L = stim.target_relative_detector_id, stim.target_logical_observable_id


def scaled(model, rng):
    result = stim.DetectorErrorModel()
    for instruction in model.flattened():
        if instruction.type == "error":
            p = min(0.45, instruction.args_copy()[0] * math.exp(rng.uniform(-0.5, 0.5)))
            result.append("error", [round(p, 6)], instruction.targets_copy())
    return result


def memory(task, distance, rounds, p, rng):
    circuit = stim.Circuit.generated(task, distance=distance, rounds=rounds, after_clifford_depolarization=p,
                                     before_measure_flip_probability=p, before_round_data_depolarization=p)
    return scaled(circuit.detector_error_model(decompose_errors=True), rng)


def toric(size, p, rng):
    model = stim.DetectorErrorModel()
    for x in range(size):
        for y in range(size):
            here = x + size * y
            model.append("error", [p], [D(here), D((x + 1) % size + size * y)] + [L(0)] * (x == 0))
            model.append("error", [p], [D(here), D(x + size * ((y + 1) % size))] + [L(1)] * (y == 0))
    return scaled(model, rng)


def graph(vertices, edges, negative, rng):
    model = stim.DetectorErrorModel()
    for index in range(edges):
        targets = [D(v) for v in rng.sample(range(vertices), 1 if index < 2 else 2)]
        p = rng.uniform(0.55, 0.95) if rng.random() < negative else rng.uniform(0.01, 0.3)
        model.append("error", [round(p, 6)], targets + [L(k) for k in range(3) if rng.random() < 0.3])
    for v in range(1, vertices):
        model.append("error", [round(rng.uniform(0.01, 0.2), 6)], [D(v - 1), D(v)])
    return model


def case(name, model, shots, seed, correlated):
    if name.startswith("toric"):
        detections = model.compile_sampler(seed=seed).sample(shots)[0]
    else:
        detections = numpy.random.default_rng(seed).random((shots, model.num_detectors)) < 0.3
        half = model.compile_sampler(seed=seed).sample(shots)[0]
        detections[: shots // 2] = half[: shots // 2]
    row = {"name": name, "model": str(model),
           "detections": ["".join("01"[int(b)] for b in shot) for shot in detections]}
    for key, options in [("matching", {})] + ([("correlated-matching", {"enable_correlations": True})] if correlated else []):
        matching = pymatching.Matching.from_detector_error_model(model, **options)
        predictions, weights = matching.decode_batch(detections, return_weights=True, **options)
        row[key] = {"weights": [round(float(w), 6) for w in weights],
                    "predictions": ["".join(map(str, p)) for p in predictions]}
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "matching"
    parser.add_argument("--out", type=pathlib.Path, default=folder / "pymatching.json")
    options = parser.parse_args()
    rng = random.Random(1)
    cases = [case("repetition d5", memory("repetition_code:memory", 5, 4, 0.05, rng), 40, 1, False),
             case("rotated surface d3", memory("surface_code:rotated_memory_z", 3, 3, 0.01, rng), 60, 2, True),
             case("toric 6", toric(6, 0.1, rng), 60, 3, False)]
    for index in range(6):
        cases.append(case(f"graph {index}", graph(12, 24, 0.2 * (index % 2), rng), 40, 10 + index, False))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"pymatching": pymatching.__version__, "stim": stim.__version__, "cases": cases},
                                      indent=1) + "\n")


if __name__ == "__main__":
    main()
