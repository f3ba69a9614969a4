#!/usr/bin/env python3
"""Writes Tests/Fixtures/tallies/task_ids.json: ids of decoding tasks as sinter computes them.

The model of each circuit is the one that sinter derives by itself. Needs the Python packages stim and sinter.
"""

import json
import pathlib

import sinter
import stim

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/tallies"


def main():
    entries = []
    for code, distance, rounds, p in [
        ("repetition_code:memory", 3, 3, 0.01),
        ("repetition_code:memory", 5, 3, 1e-5),
        ("surface_code:rotated_memory_z", 3, 3, 0.002),
        ("surface_code:unrotated_memory_x", 3, 2, 0.0123456789),
        ("repetition_code:memory", 3, 4, 0.01),
        ("repetition_code:memory", 3, 1000000, 0.01),
        ("surface_code:rotated_memory_x", 3, 6, 0.001),
        ("surface_code:rotated_memory_z", 5, 12, 0.002),
        ("surface_code:unrotated_memory_z", 3, 30, 0.002),
    ]:
        circuit = stim.Circuit.generated(
            code, distance=distance, rounds=rounds, after_clifford_depolarization=p,
            after_reset_flip_probability=p, before_measure_flip_probability=p,
            before_round_data_depolarization=p)
        # As a file has it: numbers with as many digits as stim prints.
        text = str(circuit) + "\n"
        for metadata in [{"d": distance, "p": p, "r": rounds}, {"b": "z", "name": "ü \"x\"", "p": 1e-5}]:
            task = sinter.Task(
                circuit=stim.Circuit(text), decoder="union-find", json_metadata=metadata,
                detector_error_model=stim.Circuit(text).detector_error_model(
                    decompose_errors=True, approximate_disjoint_errors=True))
            entries.append({"circuit": text, "metadata": metadata, "id": task.strong_id()})
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "task_ids.json").write_text(json.dumps(entries, indent=1) + "\n")


if __name__ == "__main__":
    main()
