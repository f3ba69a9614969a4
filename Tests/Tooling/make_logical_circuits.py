#!/usr/bin/env python3
"""Writes circuits of several logical qubits, or of codes that are no graphs, and the error models that Stim makes of them.

    make_logical_circuits.py [--out FOLDER] [--distance D] [--noise P]        needs stim

A transversal CNOT between two surface codes, lattice surgery (a joint measurement of Z⊗Z and its end), and colour codes: errors
there flip more than two detectors, and the observables of their parts differ from place to place.
"""
import argparse
import pathlib

import stim

FOLDER = pathlib.Path(__file__).parent.parent / "Fixtures" / "Reported" / "decoding"


class Lattice:
    """A rotated surface code of the columns `first` to `last`: checks by place, each a type and the data in the order of gates."""

    def __init__(self, distance, first, last, row=0):
        self.data = [(row + r, c) for r in range(distance) for c in range(first, last + 1)]
        inside = set(self.data)
        self.checks = {}
        for r in range(-1, distance):
            for c in range(first - 1, last + 1):
                kind = "X" if (r + c) % 2 == 0 else "Z"
                corners = [(r, c), (r, c + 1), (r + 1, c), (r + 1, c + 1)]
                # Two errors that one on the auxiliary qubit makes lie across the logical operator.
                if kind == "X":
                    corners = [corners[k] for k in (0, 2, 1, 3)]
                corners = [(row + a, b) if (row + a, b) in inside else None for a, b in corners]
                count = sum(corner is not None for corner in corners)
                at_side, at_end = c in (first - 1, last), r in (-1, distance - 1)
                if count == 4 or count == 2 and (at_side and kind == "X" or at_end and kind == "Z"):
                    self.checks[row + r + 0.5, c + 0.5] = (kind, corners)


class Experiment:
    """Rounds of checks with noise, and detectors that compare results."""

    def __init__(self, noise):
        self.circuit, self.noise, self.count = stim.Circuit(), noise, 0
        self.numbers, self.results, self.time = {}, {}, 0

    def number(self, place):
        return self.numbers.setdefault(place, len(self.numbers))

    def gate(self, name, places):
        targets = [self.number(place) for place in places]
        if not targets:
            return
        if name in ("M", "MX"):
            self.circuit.append("X_ERROR" if name == "M" else "Z_ERROR", targets, self.noise)
        self.circuit.append(name, targets)
        if name in ("M", "MX"):
            for place in places:
                self.results[place] = self.count
                self.count += 1
        elif name in ("R", "RX"):
            self.circuit.append("X_ERROR" if name == "R" else "Z_ERROR", targets, self.noise)
        elif name == "CX":
            self.circuit.append("DEPOLARIZE2", targets, self.noise)
        else:
            self.circuit.append("DEPOLARIZE1", targets, self.noise)

    def targets(self, results):
        return [stim.target_rec(result - self.count) for result in sorted(results)]

    def detector(self, place, results):
        odd = set()
        for result in results:
            odd ^= {result}
        self.circuit.append("DETECTOR", self.targets(odd), [place[1], place[0], self.time])

    def observable(self, index, results):
        self.circuit.append("OBSERVABLE_INCLUDE", self.targets(results), index)

    def round(self, checks, previous):
        """Measures checks; `previous(place, kind)` are the results that each is to equal, or `None` for a random one."""
        places = sorted(checks)
        expected = {place: previous(place, checks[place][0]) for place in places}
        in_x = [place for place in places if checks[place][0] == "X"]
        self.gate("R", places)
        self.gate("H", in_x)
        self.circuit.append("TICK")
        for step in range(4):
            pairs = []
            for place in places:
                kind, corners = checks[place]
                if corners[step] is not None:
                    pairs += [place, corners[step]] if kind == "X" else [corners[step], place]
            self.gate("CX", pairs)
            self.circuit.append("TICK")
        self.gate("H", in_x)
        self.gate("M", places)
        for place in places:
            if expected[place] is not None:
                self.detector(place, [self.results[place]] + expected[place])
        self.time += 1

    def end(self, lattices):
        """Measures all data in Z."""
        for lattice in lattices:
            self.gate("M", lattice.data)
        for lattice in lattices:
            for place, (kind, corners) in sorted(lattice.checks.items()):
                if kind == "Z":
                    data = [self.results[corner] for corner in corners if corner is not None]
                    self.detector(place, [self.results[place]] + data)


def transversal(distance, noise, rounds=2, count=2):
    """Two codes in |0⟩, rounds, CNOTs between all their qubits, rounds, ...; both observables are Z."""
    far = 2 * distance + 2
    control, target = Lattice(distance, 0, distance - 1), Lattice(distance, 0, distance - 1, row=far)
    experiment = Experiment(noise)
    checks = {**control.checks, **target.checks}
    experiment.gate("R", control.data + target.data)
    first, crossing = True, False

    def previous(place, kind):
        if first:
            return [] if kind == "Z" else None
        results = [before[place]]
        is_control = place in control.checks
        if crossing and is_control == (kind == "X"):
            results.append(before[place[0] + (far if is_control else -far), place[1]])
        return results

    for block in range(count + 1):
        for turn in range(rounds):
            before = dict(experiment.results)
            crossing = block > 0 and turn == 0
            experiment.round(checks, previous)
            first = False
        if block < count:
            experiment.gate("CX", [p for a, b in zip(control.data, target.data) for p in (a, b)])
    experiment.end([control, target])
    for index, row in enumerate((0, far)):
        experiment.observable(index, [experiment.results[row + r, 0] for r in range(distance)])
    return experiment.circuit


def surgery(distance, noise, rounds=2):
    """Two codes in |0⟩ side by side, rounds, Z⊗Z measured by rounds of the code of both, rounds apart; L0 is Z⊗Z, then Z and Z."""
    left, right = Lattice(distance, 0, distance - 1), Lattice(distance, distance + 1, 2 * distance)
    both = Lattice(distance, 0, 2 * distance)
    seam = [(r, distance) for r in range(distance)]
    apart = {**left.checks, **right.checks}
    experiment = Experiment(noise)
    experiment.gate("R", left.data + right.data)
    for turn in range(rounds):
        before = dict(experiment.results)
        experiment.round(
            apart, lambda place, kind: [before[place]] if turn else [] if kind == "Z" else None)
    experiment.gate("RX", seam)
    new = {p for p, (kind, corners) in both.checks.items() if kind == "Z" and set(corners) & set(seam)}
    for turn in range(rounds):
        before = dict(experiment.results)
        experiment.round(
            both.checks, lambda place, kind: None if place in new and not turn else [before[place]])
        if turn == 0:
            experiment.observable(0, [experiment.results[place] for place in new])
    experiment.gate("MX", seam)
    for turn in range(rounds):
        before = dict(experiment.results)

        def previous(place, kind):
            lost = set(both.checks[place][1]) & set(seam) if turn == 0 and kind == "X" else []
            return [before[place]] + [before[data] for data in lost]

        experiment.round(apart, previous)
    experiment.end([left, right])
    for index, lattice in enumerate((left, right)):
        column = lattice.data[0][1]
        experiment.observable(1 + index, [experiment.results[r, column] for r in range(distance)])
    return experiment.circuit


def colour(distance, noise, rounds=2):
    return stim.Circuit.generated(
        "color_code:memory_xyz", distance=distance, rounds=rounds, after_clifford_depolarization=noise,
        before_measure_flip_probability=noise, after_reset_flip_probability=noise,
        before_round_data_depolarization=noise)


def circuits(distance, noise):
    return {"transversal": transversal(distance, noise), "surgery": surgery(distance, noise),
            "colour": colour(distance, noise, rounds=max(2, distance))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER)
    parser.add_argument("--distance", type=int, default=3)
    parser.add_argument("--noise", type=float, default=0.002)
    arguments = parser.parse_args()
    for name, circuit in circuits(arguments.distance, arguments.noise).items():
        model = circuit.detector_error_model(decompose_errors=True)
        (arguments.out / f"{name}.stim").write_text(f"{circuit}\n")
        (arguments.out / f"{name}.dem").write_text(f"{model}\n")


if __name__ == "__main__":
    main()
