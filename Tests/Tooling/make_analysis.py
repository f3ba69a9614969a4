"""Writes Tests/Fixtures/analysis/analysis.json: what Stim says about random circuits and error models.

Needs stim 1.16. Run from the root of the repository.
"""

import json
import pathlib
import random

import stim

OUTPUT = pathlib.Path("Tests/Fixtures/analysis/analysis.json")
ONE_QUBIT = [n for n, g in stim.gate_data().items() if g.is_unitary and g.is_single_qubit_gate]
TWO_QUBIT = [n for n, g in stim.gate_data().items() if g.is_unitary and g.is_two_qubit_gate]


def product(rng, qubits):
    chosen = rng.sample(range(qubits), rng.randint(1, 3))
    return "*".join(rng.choice(["", "!"]) + rng.choice("XYZ") + str(q) for q in chosen)


def pairs(rng, qubits, sign=False):
    a, b = rng.sample(range(qubits), 2)
    return f"{rng.choice(['', '!']) if sign else ''}{a} {b}"


def circuit(rng, qubits, length, records=0, unitary=False, depth=0):
    """A random circuit as text, and its number of measurements.

    Measurements name each qubit once, and constants are all 1: Stim's flow generators take repeated targets of one
    instruction in the wrong order.
    """
    lines = []
    for _ in range(length):
        kind = rng.random()
        one = rng.randrange(qubits)
        if kind < 0.25:
            lines.append(f"{rng.choice(ONE_QUBIT)} {one} {rng.randrange(qubits)}")
        elif kind < 0.5:
            lines.append(f"{rng.choice(TWO_QUBIT)} {pairs(rng, qubits)} {pairs(rng, qubits)}")
        elif kind < 0.54:
            lines.append(f"{rng.choice(['SPP', 'SPP_DAG'])} {product(rng, qubits)}")
        elif kind < 0.6:
            lines.append("TICK")
        elif unitary:
            continue
        elif kind < 0.7:
            gate = rng.choice(["M", "MX", "MY", "MR", "MRX", "MRY"])
            chosen = rng.sample(range(qubits), 2)
            flip = rng.choice(["", "(0.125)"])
            lines.append(f"{gate}{flip} !{chosen[0]} {chosen[1]}")
            records += 2
        elif kind < 0.75:
            lines.append(f"{rng.choice(['R', 'RX', 'RY'])} {one}")
        elif kind < 0.79:
            lines.append(f"{rng.choice(['MXX', 'MYY', 'MZZ'])} {pairs(rng, qubits, sign=True)}")
            records += 1
        elif kind < 0.83:
            lines.append(f"MPP {product(rng, qubits)} {product(rng, qubits)}")
            records += 2
        elif kind < 0.85:
            lines.append("MPAD 1")
            records += 1
        elif kind < 0.89:
            lines.append(rng.choice(["X_ERROR(0.1)", "DEPOLARIZE1(0.2)"]) + f" {one}")
        elif kind < 0.9:
            lines.append(f"HERALDED_ERASE(0.1) {one}")
            records += 1
        elif kind < 0.94 and records:
            record = f"rec[-{rng.randint(1, min(records, 6))}]"
            lines.append(rng.choice([f"CX {record} {one}", f"CZ {one} {record}", f"YCZ {one} {record}"]))
        elif kind < 0.97 and records:
            marks = " ".join(f"rec[-{rng.randint(1, min(records, 6))}]" for _ in range(2))
            lines.append(rng.choice(["DETECTOR(1, 2.5) ", "OBSERVABLE_INCLUDE(1) "]) + marks)
        elif depth == 0:
            count = rng.randint(1, 3)
            body, after = circuit(rng, qubits, 4, records, depth=1)
            if body:
                lines.append(f"REPEAT {count} {{\n{body}\nSHIFT_COORDS(0.5)\n}}")
                records += count * (after - records)
    return "\n".join(lines), records


def dense(flow, qubits):
    def letters(paulis):
        text = str(paulis).replace("+", "")
        return text if paulis.weight else text.replace("_", "") + "1"

    left, right = flow.input_copy(), flow.output_copy()
    marks = " xor ".join(f"rec[{m}]" for m in flow.measurements_copy())
    out = letters(right)
    if marks and not right.weight:
        out = out.replace("1", "") + marks
    elif marks:
        out += " xor " + marks
    return f"{letters(left)} -> {out}"


def flows(rng, c, generators):
    rows = []
    for _ in range(8 if generators else 0):
        flow = rng.choice(generators)
        for _ in range(rng.randint(0, 2)):
            flow = flow * rng.choice(generators)
        if rng.random() < 0.3:
            flow = flow * stim.Flow("1 -> -1")
        if rng.random() < 0.3:
            flow = stim.Flow(
                input=flow.input_copy(),
                output=stim.PauliString.random(c.num_qubits),
                measurements=flow.measurements_copy(),
            )
        text = dense(flow, c.num_qubits)
        rows.append({"flow": text, "signed": c.has_flow(flow), "unsigned": c.has_flow(flow, unsigned=True)})
    return rows


def answer(function):
    try:
        return function()
    except ValueError:
        return None


def regions(c):
    found = []
    for target, ticks in c.detecting_regions().items():
        for tick, paulis in ticks.items():
            factors = "*".join(f"{'IXYZ'[paulis[q]]}{q}" for q in paulis.pauli_indices())
            found.append(f"{target} {tick} {factors}")
    return sorted(found)


def text(c):
    return f"{c}\n" if len(c) else ""


def describe(rng, source):
    c = stim.Circuit(source)
    generators = c.flow_generators()
    return {
        "stim": source,
        "flattened": text(c.flattened()),
        "without_noise": text(c.without_noise()),
        "inverse": answer(lambda: text(c.inverse())),
        "generators": [dense(f, c.num_qubits) for f in generators],
        "flows": flows(rng, c, generators),
        "missing": c.missing_detectors().num_detectors,
        "missing_of_unknown": c.missing_detectors(unknown_input=True).num_detectors,
        "regions": answer(lambda: regions(c)),
    }


def error_model(rng):
    detectors, observables = rng.randint(1, 7), rng.randint(0, 2)
    lines = []
    for _ in range(rng.randint(1, 14)):
        parts = []
        for _ in range(rng.choice([1, 1, 1, 2])):
            size = min(detectors, rng.choice([0, 1, 1, 2, 2, 2, 3]))
            marks = [f"D{d}" for d in rng.sample(range(detectors), size)]
            marks += [f"L{k}" for k in range(observables) if rng.random() < 0.25]
            if marks:
                parts.append(" ".join(marks))
        if parts:
            lines.append(f"error({rng.choice([0, 0.1, 0.5, 1])}) " + " ^ ".join(parts))
    return "\n".join(lines)


def searched(source):
    model = stim.DetectorErrorModel(source)
    return {
        "dem": source,
        "ignoring": answer(lambda: len(model.shortest_graphlike_error(ignore_ungraphlike_errors=True))),
        "strict": answer(lambda: len(model.shortest_graphlike_error(ignore_ungraphlike_errors=False))),
    }


def main():
    rng = random.Random(20)
    circuits = []
    while len(circuits) < 60:
        source, _ = circuit(rng, rng.randint(3, 6), rng.randint(3, 24), unitary=len(circuits) % 5 == 0)
        if source:
            circuits.append(describe(rng, source))
    models = [searched(error_model(rng)) for _ in range(120)]
    OUTPUT.write_text(json.dumps({"circuits": circuits, "models": models}, indent=0) + "\n")
    print(OUTPUT.stat().st_size, sum(1 for m in models if m["strict"]), "with logical errors")


if __name__ == "__main__":
    main()
