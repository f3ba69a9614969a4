"""Legal programs over extreme constants: what a fuzzer of bytes never writes.

Every generator takes a random.Random and gives the text of one file. A program keeps to the grammar and
to declared names; what it computes may still be impossible (a division by zero, a register too short),
and then the right answer is a message with a place, never a trap.
"""

INTEGERS = ["0", "1", "2", "3", "7", "31", "32", "63", "64", "127", "255", "1_000", "2147483647", "2147483648",
            "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "0x7f", "0b101"]
FLOATS = ["0.0", "-0.0", "0.5", "1.0", "3.7", "1e-320", "1e-15", "1e15", "1e308", "-1e308", "2.5e-8"]
ANGLES = ["0", "pi", "-pi", "2*pi", "pi/4", "1e-12", "1e16", "1e308", "-1e308", "pi*1e300", "1/3"]
PROBABILITIES = ["0", "1e-320", "1e-310", "1e-13", "1e-9", "0.001", "0.01", "0.1", "0.25", "0.5", "0.75", "0.9375", "1"]
WIDTHS = [1, 2, 3, 7, 8, 31, 32, 33, 62, 63, 64, 65, 127, 128]
COORDINATES = ["0", "1", "-1", "0.5", "1e308", "-1e308", "1e-320", "3"]

ONE_QUBIT = ["x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "id"]
ONE_ANGLE = ["rx", "ry", "rz", "p"]
TWO_QUBIT = ["cx", "cy", "cz", "ch", "swap"]


class Names:
    """What a program has declared, by type."""

    def __init__(self):
        self.integers, self.floats, self.angles, self.bits, self.booleans = [], [], [], [], []


class Expressions:
    """Typed expressions of OpenQASM 3 of bounded depth."""

    def __init__(self, rng, names):
        self.rng, self.names = rng, names

    def integer(self, depth=2):
        rng, names = self.rng, self.names
        leaves = [lambda: rng.choice(INTEGERS)]
        if names.integers:
            leaves.append(lambda: rng.choice(names.integers))
        if depth == 0:
            return rng.choice(leaves)()
        a, b = (lambda: self.integer(depth - 1)), (lambda: self.integer(depth - 1))
        kinds = leaves + [
            lambda: f"({a()} {rng.choice(['+', '-', '*', '/', '%', '<<', '>>', '|', '&', '^', '**'])} {b()})",
            lambda: f"-{a()}", lambda: f"int[{rng.choice(WIDTHS[:11])}]({self.floating(depth - 1)})",
            lambda: f"uint[{rng.choice(WIDTHS[:11])}]({a()})"]
        if names.integers:
            kinds.append(lambda: f"~{rng.choice(names.integers)}")
        if names.bits:
            kinds += [lambda: f"popcount({rng.choice(names.bits)[0]})", lambda: f"sizeof({rng.choice(names.bits)[0]})",
                      lambda: f"int({rng.choice(names.bits)[0]}[0])"]
        return rng.choice(kinds)()

    def floating(self, depth=2):
        rng, names = self.rng, self.names
        leaves = [lambda: rng.choice(FLOATS), lambda: rng.choice(["pi", "tau", "euler"])]
        if names.floats:
            leaves.append(lambda: rng.choice(names.floats))
        if depth == 0:
            return rng.choice(leaves)()
        a = lambda: self.floating(depth - 1)
        kinds = leaves + [
            lambda: f"({a()} {rng.choice(['+', '-', '*', '/', '**'])} {a()})",
            lambda: f"{rng.choice(['sin', 'cos', 'tan', 'exp', 'sqrt', 'log', 'arcsin', 'floor', 'ceiling'])}({a()})",
            lambda: f"float({self.integer(depth - 1)})", lambda: f"mod({a()}, {a()})", lambda: f"-{a()}"]
        return rng.choice(kinds)()

    def angle(self, depth=1):
        rng, names = self.rng, self.names
        kinds = [lambda: rng.choice(ANGLES), lambda: self.floating(depth)]
        if names.angles:
            kinds += [lambda: rng.choice(names.angles), lambda: f"({rng.choice(names.angles)} * {rng.choice(INTEGERS)})"]
        return rng.choice(kinds)()

    def condition(self, depth=1):
        rng, names = self.rng, self.names
        kinds = [lambda: f"{self.integer(depth)} {rng.choice(['==', '!=', '<', '<=', '>', '>='])} {self.integer(depth)}",
                 lambda: f"{self.floating(depth)} < {self.floating(depth)}"]
        if names.bits:
            kinds += [lambda: f"{rng.choice(names.bits)[0]}[0]", lambda: f"{rng.choice(names.bits)[0]} == {rng.choice(INTEGERS)}"]
        if names.booleans:
            kinds.append(lambda: f"!{rng.choice(names.booleans)}")
        return rng.choice(kinds)()


class OpenQASM3:
    """One OpenQASM 3 program."""

    def __init__(self, rng):
        self.rng, self.names, self.loops = rng, Names(), 0
        self.expressions = Expressions(rng, self.names)
        self.qubits = rng.choice([1, 2, 3, 5])

    def text(self):
        rng = self.rng
        lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{self.qubits}] q;"]
        lines += [self.declaration(i) for i in range(rng.randrange(1, 7))]
        if not self.names.bits:
            lines.append("bit[2] c;")
            self.names.bits.append(("c", 2))
        lines += [self.statement(2) for _ in range(rng.randrange(1, 14))]
        return "\n".join(lines) + "\n"

    def declaration(self, index):
        rng, names, expressions = self.rng, self.names, self.expressions
        name, kind = f"v{index}", rng.randrange(6)
        if kind == 0:
            kindName = f"{rng.choice(['int', 'uint'])}[{rng.choice(WIDTHS)}]"
            text = f"{kindName} {name} = {expressions.integer(1)};"
            names.integers.append(name)
        elif kind == 1:
            text = f"float[{rng.choice([32, 64])}] {name} = {expressions.floating(1)};"
            names.floats.append(name)
        elif kind == 2:
            text = f"angle[{rng.choice(WIDTHS)}] {name} = {expressions.angle(0)};"
            names.angles.append(name)
        elif kind == 3:
            text = f"bool {name} = {rng.choice(['true', 'false'])};"
            names.booleans.append(name)
        elif kind == 4:
            text = f"const int {name} = {expressions.integer(1)};"
            names.integers.append(name)
        else:
            width = rng.choice(WIDTHS)
            text = f"bit[{width}] {name};"
            names.bits.append((name, width))
        return text

    def qubit(self):
        return f"q[{self.rng.choice([0, self.qubits - 1, -1])}]"

    def statement(self, depth):
        rng, names, expressions = self.rng, self.names, self.expressions
        kinds = [self.gate, self.gate, self.measurement, lambda: f"reset {self.qubit()};", lambda: "barrier q;",
                 lambda: f"delay[{rng.choice(['0ns', '10 us', '1e30s', '100ns'])}] {self.qubit()};",
                 lambda: f"gphase({expressions.angle()});"]
        mutable = [n for n in names.integers]
        if mutable:
            kinds.append(lambda: f"{rng.choice(mutable)} {rng.choice(['=', '+=', '-=', '*=', '<<=', '^='])} {expressions.integer()};")
        if names.floats:
            kinds.append(lambda: f"{rng.choice(names.floats)} {rng.choice(['=', '+=', '*=', '/='])} {expressions.floating()};")
        if names.angles:
            kinds.append(lambda: f"{rng.choice(names.angles)} = {expressions.angle()};")
        kinds.append(self.bits)
        if depth > 0:
            kinds += [lambda: f"if ({expressions.condition()}) {{ {self.statement(depth - 1)} }}",
                      lambda: f"if ({expressions.condition()}) {{ {self.statement(0)} }} else {{ {self.statement(0)} }}",
                      lambda: self.loop(depth),
                      lambda: f"switch ({expressions.integer(1)}) {{ case 0, 1, {{ {self.statement(0)} }} default {{ {self.statement(0)} }} }}"]
        return rng.choice(kinds)()

    def bits(self):
        rng = self.rng
        name, width = rng.choice(self.names.bits)
        other = rng.choice(self.names.bits)[0]
        return rng.choice([
            f"{name} = {name} << {rng.choice(INTEGERS)};", f"{name} = ~{name};", f"{name} = {name} ^ {other};",
            f"{name}[{rng.choice([0, width - 1, -1])}] = 1;", f'{name} = "{"".join(rng.choice("01") for _ in range(width))}";',
            f"{name} = rotl({name}, {rng.choice(INTEGERS)});"])

    def loop(self, depth):
        rng = self.rng
        self.loops += 1
        index = f"i{self.loops}"
        body = self.statement(depth - 1)
        return rng.choice([
            f"for int {index} in [{rng.choice(['0:3', '3:-1:0', '0:0', '5:1', '9223372036854775800:9223372036854775807'])}] {{ {body} }}",
            f"for uint {index} in [{self.expressions.integer(1)}:{self.expressions.integer(1)}] {{ {body} }}",
            f"for int {index} in {{1, 9223372036854775807}} {{ {body} }}",
            f"while ({self.expressions.condition()}) {{ {body} }}"])

    def measurement(self):
        name, width = self.rng.choice(self.names.bits)
        return f"{name}[{self.rng.choice([0, width - 1])}] = measure {self.qubit()};"

    def gate(self):
        rng, angle = self.rng, self.expressions.angle
        modifier = rng.choice([""] * 6 + ["inv @ ", f"pow({rng.choice(FLOATS + INTEGERS)}) @ ", "ctrl @ ", "negctrl @ "])
        operands = [f"q[{i}]" for i in rng.sample(range(self.qubits), min(2, self.qubits))]
        if "ctrl" in modifier:
            if len(operands) < 2:
                modifier = ""
            else:
                return f"{modifier}{rng.choice(ONE_QUBIT)} {operands[0]}, {operands[1]};"
        kind = rng.randrange(5)
        if kind == 0:
            return f"{modifier}{rng.choice(ONE_QUBIT)} {rng.choice([operands[0], 'q'])};"
        if kind == 1:
            return f"{modifier}{rng.choice(ONE_ANGLE)}({angle()}) {operands[0]};"
        if kind == 2:
            return f"{modifier}{rng.choice(['U', 'u3'])}({angle()}, {angle()}, {angle()}) {operands[0]};"
        if kind == 3:
            return f"{modifier}u2({angle()}, {angle()}) {operands[0]};"
        if len(operands) < 2:
            return f"h {operands[0]};"
        return f"{modifier}{rng.choice(TWO_QUBIT)} {operands[0]}, {operands[1]};"


def openqasm3(rng):
    return OpenQASM3(rng).text()


def openqasm2(rng):
    """One OpenQASM 2 program."""
    qubits, bits = rng.choice([1, 2, 5]), rng.choice([1, 2, 63, 64, 65, 128])
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{qubits}];", f"creg c[{bits}];"]

    def value(depth=1):
        if depth == 0 or rng.random() < 0.4:
            return rng.choice(ANGLES + ["1/3", "sin(1e308)", "3.5", "2^0.5"])
        return rng.choice([f"({value(0)}{rng.choice('+-*/^')}{value(0)})", f"{rng.choice(['sin', 'exp', 'sqrt', 'ln'])}({value(0)})"])

    def gate():
        a, b = f"q[{rng.randrange(qubits)}]", f"q[{rng.randrange(qubits)}]"
        one = [f"{rng.choice(ONE_QUBIT)} {a};", f"u3({value()},{value()},{value()}) {a};", f"u2({value()},{value()}) {a};",
               f"u1({value()}) {a};", f"rx({value()}) {a};", f"U({value()},{value()},{value()}) {a};"]
        if a != b:
            one += [f"{rng.choice(['cx', 'cz', 'swap', 'ch'])} {a},{b};", f"cu1({value()}) {a},{b};", f"rzz({value()}) {a},{b};"]
        return rng.choice(one)

    for _ in range(rng.randrange(1, 20)):
        lines.append(rng.choice([gate, gate, gate, lambda: f"measure q[0] -> c[{rng.choice([0, bits - 1])}];",
                                 lambda: f"if(c=={rng.choice(INTEGERS[:12])}) {gate()}", lambda: "reset q[0];", lambda: "barrier q;",
                                 lambda: "measure q -> c;" if bits == qubits else "h q;"])())
    return "\n".join(lines) + "\n"


STIM_ONE = ["H", "S", "S_DAG", "SQRT_X", "X", "Y", "Z", "C_XYZ", "C_NZYX", "H_YZ", "I"]
STIM_TWO = ["CX", "CZ", "CY", "SWAP", "ISWAP", "XCZ", "CXSWAP", "CZSWAP", "SQRT_XX", "SQRT_ZZ_DAG", "II"]
STIM_MEASURE = ["M", "MX", "MY", "MR", "MRX"]
REPEATS = ["1", "2", "3", "17", "1000", "1000000", "1000000000000", "1000000000000000000"]
# A million turns that measure are honest work, which takes its time.
CIRCUIT_REPEATS = ["1", "2", "3", "17", "100", "1000000000000", "1000000000000000000"]


class StimCircuit:
    """One .stim circuit; records are tracked, so that every lookback is legal."""

    def __init__(self, rng, repeats=CIRCUIT_REPEATS):
        self.rng, self.repeats, self.records = rng, repeats, 0
        self.qubits = rng.choice([1, 2, 3, 9, 16])

    def text(self):
        lines = self.block(self.rng.randrange(2, 18), 2)
        return "\n".join(lines) + "\n"

    def block(self, count, depth):
        lines = []
        for _ in range(count):
            lines += self.instruction(depth)
        return lines

    def targets(self, limit=4):
        return self.rng.sample(range(self.qubits), self.rng.randrange(1, min(limit, self.qubits) + 1))

    def pairs(self):
        chosen = self.rng.sample(range(self.qubits), self.qubits)[: 2 * self.rng.randrange(1, 3)]
        return chosen[: len(chosen) // 2 * 2]

    def instruction(self, depth):
        rng = self.rng
        kinds = [self.one, self.two, self.measure, self.noise, self.detector, self.observable, self.annotation, self.product]
        if depth > 0:
            kinds.append(lambda: self.repeat(depth))
        return rng.choice(kinds)()

    def one(self):
        return [f"{self.rng.choice(STIM_ONE)} " + " ".join(map(str, self.targets()))]

    def two(self):
        pairs = self.pairs()
        if not pairs:
            return self.one()
        if self.records and self.rng.random() < 0.2:
            return [f"CX rec[-{self.rng.randrange(1, min(self.records, 5) + 1)}] {pairs[0]}"]
        return [f"{self.rng.choice(STIM_TWO)} " + " ".join(map(str, pairs))]

    def measure(self):
        rng, targets = self.rng, self.targets(9)
        self.records += len(targets)
        argument = f"({rng.choice(PROBABILITIES[:9])})" if rng.random() < 0.3 else ""
        return [f"{rng.choice(STIM_MEASURE)}{argument} " + " ".join(("!" if rng.random() < 0.2 else "") + str(t) for t in targets)]

    def product(self):
        rng, targets = self.rng, self.targets()
        self.records += 1
        return ["MPP " + "*".join(rng.choice("XYZ") + str(t) for t in targets)]

    def noise(self):
        rng, targets = self.rng, self.targets()
        text = " ".join(map(str, targets))
        kinds = [lambda: f"{rng.choice(['X_ERROR', 'Y_ERROR', 'Z_ERROR'])}({rng.choice(PROBABILITIES)}) {text}",
                 lambda: f"DEPOLARIZE1({rng.choice(PROBABILITIES[:11])}) {text}",
                 lambda: f"PAULI_CHANNEL_1(0.1,{rng.choice(PROBABILITIES[:8])},0) {text}",
                 lambda: f"E({rng.choice(PROBABILITIES)}) " + " ".join(rng.choice("XYZ") + str(t) for t in targets)]
        pairs = self.pairs()
        if pairs:
            kinds.append(lambda: f"DEPOLARIZE2({rng.choice(PROBABILITIES[:11])}) " + " ".join(map(str, pairs)))
        if rng.random() < 0.1:
            self.records += len(targets)
            return [f"HERALDED_ERASE({rng.choice(PROBABILITIES)}) {text}"]
        return [rng.choice(kinds)()]

    def lookbacks(self):
        nearest = min(self.records, 6)
        return " ".join(f"rec[-{k}]" for k in self.rng.sample(range(1, nearest + 1), self.rng.randrange(1, nearest + 1)))

    def detector(self):
        if not self.records:
            return ["DETECTOR"]
        coordinates = self.rng.choice(["", "(1,2)", f"({self.rng.choice(COORDINATES)},{self.rng.choice(COORDINATES)})"])
        return [f"DETECTOR{coordinates} {self.lookbacks()}"]

    def observable(self):
        index = self.rng.choice([0, 1, 63])
        return [f"OBSERVABLE_INCLUDE({index}) " + (self.lookbacks() if self.records else "X0")]

    def annotation(self):
        rng = self.rng
        return [rng.choice(["TICK", f"SHIFT_COORDS({rng.choice(COORDINATES)})", f"QUBIT_COORDS({rng.choice(COORDINATES)},1) 0"])]

    def repeat(self, depth):
        count = self.rng.choice(self.repeats)
        body = self.block(self.rng.randrange(1, 5), depth - 1)
        return [f"REPEAT {count} {{"] + ["    " + line for line in body] + ["}"]


def stim(rng):
    return StimCircuit(rng).text()


def dem(rng, depth=2):
    """One detector error model."""

    def block(count, depth):
        lines = []
        for _ in range(count):
            kind = rng.randrange(8 if depth else 7)
            if kind < 4:
                parts = []
                for _ in range(rng.choice([1, 1, 1, 2])):
                    symptoms = [f"D{rng.choice([0, 1, 2, 3, 4, 7])}" for _ in range(rng.randrange(3))]
                    symptoms += [f"L{rng.choice([0, 1, 40])}"] if rng.random() < 0.3 else []
                    parts.append(" ".join(dict.fromkeys(symptoms)))
                lines.append(f"error({rng.choice(PROBABILITIES)}) " + " ^ ".join(p for p in parts if p))
            elif kind == 4:
                lines.append(f"detector({rng.choice(COORDINATES)},{rng.choice(COORDINATES)}) D{rng.choice([0, 1, 5, 536870912])}")
            elif kind == 5:
                lines.append(f"shift_detectors({rng.choice(COORDINATES)}) {rng.choice(['0', '1', '3', '1000000000', '1000000000000000000'])}")
            elif kind == 6:
                lines.append(f"logical_observable L{rng.choice([0, 1, 31, 1000000])}")
            else:
                lines += [f"repeat {rng.choice(REPEATS)} {{"] + ["    " + line for line in block(rng.randrange(1, 4), depth - 1)] + ["}"]
        return lines

    return "\n".join(block(rng.randrange(1, 9), depth)) + "\n"


def plan(rng):
    """One plan of `qsim collect`, as YAML or JSON."""
    import json

    family = {
        "code": rng.choice(["repetition_code", "surface_code", "color_code"]), "task": "memory",
        "distance": rng.choice([3, [3, 5], [2], 10**9, [3, 3], 0, 10**18]), "rounds": rng.choice(["d", "3d", 2, 10**18, [1, "d"]]),
        "p": rng.choice([0.01, [0.001, 0.5], 1e-320, 1, 0])}
    if family["code"] != "repetition_code":
        family["task"] = {"surface_code": "rotated_memory_z", "color_code": "memory_xyz"}[family["code"]]
    document = {"decoders": rng.choice(["matching", ["matching", "union-find"]]), "max_shots": rng.choice([10, "1e3", 1]), "tasks": [family]}
    if rng.random() < 0.5:
        return json.dumps(document)
    lines = [f"decoders: {json.dumps(document['decoders'])}", f"max_shots: {document['max_shots']}", "tasks:"]
    lines += [("  - " if i == 0 else "    ") + f"{key}: {json.dumps(value)}" for i, (key, value) in enumerate(family.items())]
    return "\n".join(lines) + "\n"


def tallies(rng):
    """One file of tallies, with counts up to the largest."""
    counts = [0, 1, 2, 1000, 10**6, 10**13, 2**53, 2**62, 2**63 - 1]
    lines = ["     shots,    errors,  discards, seconds,decoder,strong_id,json_metadata,custom_counts"]
    for row in range(rng.randrange(1, 9)):
        shots = rng.choice(counts)
        errors = rng.choice([c for c in counts if c <= shots])
        discards = rng.choice([0, 0, 0, shots - errors])
        metadata = '"{""d"":%d,""p"":%s,""r"":%d}"' % (rng.choice([3, 5, 7, 2**62]), rng.choice(["0.001", "0.01", "1e-320"]), rng.choice([1, 3, 10**15]))
        lines.append(f"{shots},{errors},{discards},{rng.choice(['0.5', '1e308', '0'])},pymatching,id{row},{metadata},")
    return "\n".join(lines) + "\n"


def scenario(rng):
    """One key rate scenario, as YAML."""
    protocol = rng.choice(["bb84-decoy-infinite", "bb84-single-photon", "mdi-infinite", "tf-sns-aopp", "cv-gg02-homodyne"])
    distance = rng.choice(["100", "0:100:10", "[0, 1e308]", "0:1e9:0.5", "700", "1e-320", "[0:10:1, 5:1:1]"])
    lines = [f"protocol: {protocol}", f"distance_km: {distance}"]
    if rng.random() < 0.6:
        lines += ["parameters:", f"  dark_count_probability: {rng.choice(['0', '1e-320', '1e-6', '1', '0.5'])}",
                  f"  misalignment: {rng.choice(['0', '0.015', '0.5', '1'])}"]
    return "\n".join(lines) + "\n"


GENERATORS = {"qasm3": openqasm3, "qasm2": openqasm2, "stim": stim, "dem": dem, "plan": plan, "csv": tallies, "scenario": scenario}
