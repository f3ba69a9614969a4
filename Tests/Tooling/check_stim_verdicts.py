#!/usr/bin/env python3
"""Writes what Stim says about many .stim texts: accepted or not, and how it prints them.

    python3 Tests/Tooling/check_stim_verdicts.py --out Tests/Fixtures/stim/verdicts.jsonl
    python3 Tests/Tooling/check_stim_verdicts.py --count 20000 --out big.jsonl
    QSIM_STIM_VERDICTS=big.jsonl swift test -c release --skip-build --disable-xctest --filter StimVerdict

Needs stim 1.16 from PyPI; the tests read the written file and need nothing. A line holds `text`, `print` (null where
Stim refuses) and, where qsim means to differ from Stim, `differs`: why, with `ours` as what qsim prints (null: refuses).
"""

import argparse
import json
import random
import re
import resource

import stim

HAND = r'''
H|H |H 0 |H 0  1|h 0|H 0#c|H 0 #c|H 0}|{ H 0 }|REPEAT 2{\nH 0\n}|REPEAT 2 {\nH 0\n}|REPEAT 2 { #x\nH 0\n} H 1
REPEAT[t] 2 {\n}|REPEAT 2 {\n}|REPEAT 2 {|}|REPEAT 0 {\nH 0\n}|REPEAT 1000000000000000000 {\nH 0\n}
REPEAT 9223372036854775807 {\nM 0\n}|REPEAT 18446744073709551616 {\nH 0\n}|REPEAT 2 3 {\nH 0\n}|REPEAT {\nH 0\n}
REPEAT -2 {\nH 0\n}|REPEAT 2 4\n{|REPEAT 2 {H 0\n}|REPEAT 2 { H 0 }|REPEAT rec[-1] {\n}|REPEAT X1 {\nH 0\n}
REPEAT !2 {\nH 0\n}|repeat 2 {\nrepeat 3 {\nh 0\n}\n}|REPEAT 1 {} H 0|REPEAT 1 {}REPEAT 2 {}H 0|REPEAT 1\t{\t}
REPEAT\t1{}|REPEAT 1 #x\n{}|REPEAT 01 {}|TICK {}|H 0 {}|REPEAT 1 {\nREPEAT 2 {\n}\n}|REPEAT|REPEAT 5|REPEAT(1) 5
REPEAT 5\n{\nH 0\n}|H 0\nREPEAT 2 {\nH 1\n}\nH 2\nH 3|REPEAT 2 {\nH 1\n}\nREPEAT 2 {\nH 1\n}
REPEAT 2 {\nM 0\nREPEAT[b] 3 {\nCX rec[-1] 1\nDETECTOR(1, 2) rec[-1]\n}\nSHIFT_COORDS(0, 1)\n}\nOBSERVABLE_INCLUDE(0) rec[-1]
X_ERROR() 0|X_ERROR 0|X_ERROR(0.1) 0|X_ERROR (0.1) 0|X_ERROR( 0.1 ) 0|X_ERROR(\t0.1) 0|X_ERROR(0.1\n) 0
X_ERROR(1e-3) 0|X_ERROR(.5) 0|X_ERROR(5.) 0|X_ERROR(1.) 0|X_ERROR(+0.5) 0|X_ERROR(-0) 0|X_ERROR(nan) 0|X_ERROR(inf) 0
X_ERROR(0x1) 0|X_ERROR(1e) 0|X_ERROR(0.1,) 0|X_ERROR(,0.1) 0|X_ERROR(0.1 0.2) 0|X_ERROR(0.1)0|X_ERROR(-) 0|X_ERROR(.) 0
X_ERROR(--1) 0|X_ERROR(1e-400) 0|X_ERROR(1e400) 0|X_ERROR(1E-2) 0|X_ERROR(0.1|X_ERROR(0.1,\n|X_ERROR(|DETECTOR(,,)
H0|H[T]0|H[T] 0|H [T] 0|S[] 0|S[a\Cb\r\n\B] 0|S[\q] 0|S[a\tb c] 0|S[é] 0|S[a\r] 0|S[a[b] 0|S[a#b] 0|S[a\] 0|S[ 0
H[ ] 0|H[a]] 0|H[a][b] 0|H[a](1) 0|X_ERROR[a](0.1) 0|X_ERROR(0.1)[a] 0|TICK[x]|M[日本](0.1) !0
CX 0|CX 0 0|CX rec[-1] 0|CX 0 rec[-1]|CX rec[-1] rec[-2]|CX rec[-1] rec[-1]|CX sweep[0] 1|CX sweep[1] sweep[1]|CZ 0 rec[-1]
XCX rec[-1] 0|XCZ 0 rec[-1]|XCZ rec[-1] 0|SWAP rec[-1] 0|CX rec[0] 0|CX rec[1] 0|CX rec[-01] 0|CX rec[- 1] 0
CX rec[-16777215] 0|CX rec[-16777216] 0|CX rec[-99999999999999999999] 0|CX REC[-1] 0|CX sweep[-1] 0|CX sweep[16777215] 0
CX sweep[16777216] 0|CX !0 1|CX 0 !1|M !0|M !!0|M ! 0|H !0|H 16777215|H 16777216|H 99999999999999999999999|H 007|H +1
H -1|H 1.5|H 0,1|H X0|M X0|MPP X0|MPP X0*Y1|MPP X1 *Z2|MPP X1* Z2|MPP X1 * Z2|MPP *X1|MPP X1*|MPP X1**Z2|MPP X1*!Z2
MPP !X1*Z2 Y3|MPP X0*X0|MPP X0*Z0|MPP X0*rec[-1]|MPP 0|MPP x0|MPP X 0|MPP Q0|MPP|MPP(0.1) X0|MPP(0.1,0.2) X0
MPP X0*\nMPP X1|MPP X1*Z2Z3|MPP X1*Z2*Y3 X5|MPP !X1 * !Z2|SPP X0*Y1 !Z2|SPP_DAG X0|SPP(0.1) X0|SPP|MPP(1) X0
MXX 0 1|MXX !0 !1|MXX 0|MXX 0 0|MPAD 0 1|MPAD 2|MPAD !0|MPAD(0.1) 0|MPAD rec[-1]|MPAD|MPAD(0.5) 1 0 1
DETECTOR|DETECTOR(1,2) rec[-1]|DETECTOR rec[-1] rec[-1]|DETECTOR 0|DETECTOR() rec[-1]|DETECTOR(1e300) rec[-1]|DETECTOR !rec[-1]
OBSERVABLE_INCLUDE rec[-1]|OBSERVABLE_INCLUDE(0) rec[-1]|OBSERVABLE_INCLUDE() rec[-1]|OBSERVABLE_INCLUDE(0) X1 Z2 rec[-1]
OBSERVABLE_INCLUDE(0) !X1|OBSERVABLE_INCLUDE(0) X1*Z2|OBSERVABLE_INCLUDE(0) 1|OBSERVABLE_INCLUDE(-1)|OBSERVABLE_INCLUDE(1.5)
OBSERVABLE_INCLUDE(4294967295)|OBSERVABLE_INCLUDE(0,1)|OBSERVABLE_INCLUDE(0)X1
QUBIT_COORDS(1,2) 0|QUBIT_COORDS 0|QUBIT_COORDS(1) rec[-1]|QUBIT_COORDS(1) X0|QUBIT_COORDS(1)|QUBIT_COORDS(1) !0
SHIFT_COORDS(1,2)|SHIFT_COORDS|SHIFT_COORDS(1) 0|TICK|TICK 0|TICK(1)|TICK()|E(0.1) X1 Z2|E(0.1)|E X1|E(0.1) 1
E(0.1) rec[-1]|CORRELATED_ERROR(0.1) X1|ELSE_CORRELATED_ERROR(0.1) X1|E(0.1) X1 X1|E(1.1) X1|E(-0.1) X1
PAULI_CHANNEL_1(0.1,0.2,0.3) 0|PAULI_CHANNEL_1(0.4,0.4,0.4) 0|PAULI_CHANNEL_1(0.1,0.2) 0
PAULI_CHANNEL_1(0.5,0.25,0.2500001) 0|PAULI_CHANNEL_1(0.5,0.25,0.25001) 0|PAULI_CHANNEL_1(0.333333,0.333333,0.333334) 0
PAULI_CHANNEL_2(0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667,0.0666667) 0 1
DEPOLARIZE1(1) 0|DEPOLARIZE2(1) 0 1|HERALDED_ERASE(0.1) 0|HERALDED_ERASE 0|I_ERROR(0.1,0.2) 0|I_ERROR 0|I_ERROR() 0
II_ERROR(0.1) 0 1|II_ERROR 0 1|I_ERROR(0.6,0.6) 0|II_ERROR(0.1) 0|II_ERROR 0 0|M(0.1) 0|M() 0|M(2) 0|R 0|R(0.1) 0|R !0
MR !0|R() 0|H() 0|H(0) 0|CX|M|X_ERROR(0.1)|FOO 0|H_ 0|_H 0|1|H 0;X 1|H 0 ]|H 0\r\nX 1|H 0\rX 1|# é|\t H 0|H\t0|é|# \0
CX 0 1 rec[-1] 2|CX 0 1\nCX 2 3|CX 0\nCX 1|H 0\n\nH 1|H 0\n#c\nH 1|DETECTOR rec[-1]\nDETECTOR rec[-2]|MPP X0\nMPP X1
MPAD 0\nMPAD 1|TICK\nTICK|H[a] 0\nH[a] 1\nH[b] 2|X_ERROR(0.1) 0\nX_ERROR(0.10) 1|X_ERROR(0.1) 0\nX_ERROR(0.1000000000001) 1
M 0\nMZ 1|SHIFT_COORDS(1)\nSHIFT_COORDS(1)|QUBIT_COORDS(1) 0\nQUBIT_COORDS(1) 1|E(0.1) X1\nE(0.1) X1|I_ERROR 0\nI_ERROR 1
H\nH|SPP X0\nSPP X1|ELSE_CORRELATED_ERROR(0.1) X0\nELSE_CORRELATED_ERROR(0.1) X0|OBSERVABLE_INCLUDE(0) rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-2]
DETECTOR(1e20,1e5,1e-5,0.0001,123456789,1234567.5,99999999999,100000000000,1e15,1e16,1e17,1e18,1e19,-3,-0.5,-0,1e-300,1e300,0.1234567)
DETECTOR(123456.5,1234565,999999.5,9999995.5,0.00001234567,9.9999995)|DETECTOR(-1e20,-99999999999,4294967296,9223372036854775807,9223372036854774784)
DETECTOR(1, 2 , 3)|DETECTOR(1\r,2)|M(0.1)\r 0|H\r0|H\r\n0|M * 0|M 0*1|CX 0*1|M !X0|h_xz 0|cnot 0 1|mrz 0|cNoT 0 1|H 0 1 0 0
S[T] 0 1|S_DAG[T] 2|I[R_X(theta=0.3*pi)] 0|I[U3(theta=0.1*pi,phi=0.25*pi,lambda=-0.5*pi)] 3|I[R_Z( theta = 0.5 * pi )] 0
S[ T ] 0|S[T]|I[mine] 0|X[T] 0|S[T] 0\nS[T] 1\nS 2|I[R_Y(theta=0.5*pi)] 0\nI[R_Y(theta=0.5*pi)] 1|S[t] 0|S[Test] 0
'''

DIFFERENT = [
    # (reason, text, what qsim prints or None)
    ("rec[-0] names no measurement", "CX rec[-0] 0", None),
    ("REPEAT has no arguments", "REPEAT(2) 2 {\nH 0\n}", None),
    ("REPEAT has no arguments", "REPEAT() 2 {\nH 0\n}", None),
    ("counts up to 2^64 - 1 are read", "REPEAT 18446744073709551615 {\nH 0\n}", "REPEAT 18446744073709551615 {\n    H 0\n}"),
    ("counts up to 2^64 - 1 are read", "REPEAT 9223372036854775808 {\nM 0\n}", "REPEAT 9223372036854775808 {\n    M 0\n}"),
    ("a byte order mark is skipped", "\ufeffH 0", "H 0"),
    ("joining signs of correlated errors mean nothing", "E(0.1) X1*Z2", "E(0.1) X1 Z2"),
    ("joining signs of correlated errors mean nothing", "E(0.1) X1*", None),
    ("joining signs of correlated errors mean nothing", "E(0.1) *X1", None),
    ("signs of correlated errors mean nothing", "E(0.1) !X1", "E(0.1) X1"),
    ("signs of correlated errors mean nothing", "ELSE_CORRELATED_ERROR(0.1) !X1*!Y2", "ELSE_CORRELATED_ERROR(0.1) X1 Y2"),
    ("a herald is not inverted", "HERALDED_ERASE(0.1) !0", "HERALDED_ERASE(0.1) 0"),
    ("a pair has two qubits", "MXX !0 0", None),
    ("a pair has two qubits", "MZZ 0 !0", None),
    ("observables are numbered below 2^32", "OBSERVABLE_INCLUDE(4294967296)", None),
    ("observables are numbered below 2^32", "OBSERVABLE_INCLUDE(1e20)", None),
    ("numbers may have any length", "DETECTOR(" + "0" * 70 + "1)", "DETECTOR(1)"),
    ("at most 255 coordinates", "DETECTOR(" + "1," * 255 + "1)", None),
    ("a tag that names a gate is complete", "I[R_X] 0", None),
    ("a tag that names a gate is complete", "I[R_X()] 0", None),
    ("a tag that names a gate is complete", "I[R_X(theta)] 0", None),
    ("a tag that names a gate is complete", "I[R_X(theta=)] 0", None),
    ("a tag that names a gate is complete", "I[R_X(phi=0.5*pi)] 0", None),
    ("a tag that names a gate is complete", "I[R_X(theta=0.5*pi,theta=1)] 0", None),
    ("a tag that names a gate is complete", "I[R_X(theta=1/0)] 0", None),
    ("a tag that names a gate is complete", "I[R_X(theta=0.5*pi)x] 0", None),
    ("a tag that names a gate is complete", "I[U3(theta=0.5*pi)] 0", None),
    ("a tag that names a gate is complete", "S[T(1)] 0", None),
]

ARGUMENT_TEXTS = ["", "", "()", "(0.1)", "(0)", "(1)", "(2)", "(0.1, 0.2)", "(0.25,0.25,0.5)", "(0.01" + ",0.01" * 14 + ")", "(0.1,0.2,0.3,0.4)", "(1e-3)", "(-1)", "(3)"]
TARGET_TEXTS = ["0", "1", "2", "5", "17", "!3", "X0", "Y1", "Z2", "!X4", "rec[-1]", "rec[-12]", "sweep[0]", "sweep[3]", "*", "16777215", "16777216"]


def names():
    result = []
    for name, data in stim.gate_data().items():
        result += list(data.aliases)
    return sorted(set(result))


def matching(rng, data):
    """Arguments and targets that mostly suit a gate."""
    ranges = data.num_parens_arguments_range
    count = rng.choice([ranges.start, ranges.stop - 1 if ranges.stop < 20 else rng.randrange(3)])
    arguments = [round(rng.random() / max(count, 1), rng.randrange(1, 6)) for _ in range(count)]
    if data.name == "OBSERVABLE_INCLUDE":
        arguments = [rng.randrange(5)]
    if data.name in ("DETECTOR", "QUBIT_COORDS", "SHIFT_COORDS"):
        arguments = [rng.choice([-1, 0, 0.5, 3, 12345678, 1e-7, 1 / 3, 1e25]) for _ in arguments]
    text = "(" + rng.choice([",", ", "]).join(map(repr, arguments)) + ")" if arguments else ""
    size = 2 if data.is_two_qubit_gate else 1
    targets = []
    if data.name in ("TICK", "SHIFT_COORDS"):
        pass
    elif data.name in ("MPP", "SPP", "SPP_DAG"):
        for _ in range(rng.randrange(4)):
            targets.append("*".join(rng.choice(["", "", "!"]) + rng.choice("XYZ") + str(rng.randrange(9)) for _ in range(rng.randrange(1, 5))))
    elif data.name in ("E", "ELSE_CORRELATED_ERROR"):
        targets = [rng.choice("XYZ") + str(q) for q in range(rng.randrange(4))]
    elif data.name in ("DETECTOR", "OBSERVABLE_INCLUDE"):
        targets = ["rec[-%d]" % rng.randrange(1, 30) for _ in range(rng.randrange(5))]
    elif data.name == "MPAD":
        targets = [rng.choice("01") for _ in range(rng.randrange(5))]
    else:
        for _ in range(rng.randrange(5)):
            group = [str(q) for q in rng.sample(range(40), size)]
            if data.name in ("CX", "CY", "CZ") and rng.random() < 0.3:
                group[0] = rng.choice(["rec[-%d]", "sweep[%d]"]) % rng.randrange(1, 9)
            if data.produces_measurements and rng.random() < 0.3:
                group[0] = "!" + group[0]
            targets += group
    tag = rng.choice([""] * 8 + ["[tag]", "[a b]", "[x\\Cy\\B]", "[é]"])
    return tag + text + "".join(" " + t for t in targets)


def line(rng, gates):
    data = rng.choice(gates)
    name = rng.choice([data.name] + list(data.aliases))
    if rng.random() < 0.2:
        name = name.lower()
    if rng.random() < 0.3:
        return name + rng.choice(ARGUMENT_TEXTS) + "".join(" " + rng.choice(TARGET_TEXTS) for _ in range(rng.randrange(4)))
    return name + matching(rng, data)


def circuit(rng, gates, depth=0):
    lines = []
    for _ in range(rng.randrange(1, 6)):
        if depth < 3 and rng.random() < 0.15:
            body = circuit(rng, gates, depth + 1)
            lines.append("REPEAT %d {\n%s\n}" % (rng.randrange(1, 1000), body))
        else:
            data = rng.choice(gates)
            lines.append(rng.choice(["", "  "]) + data.name + matching(rng, data) + rng.choice(["", "", " # x", "\r"]))
            if rng.random() < 0.2:
                lines.append(lines[-1])
    return "\n".join(lines)


def mutate(rng, text):
    text = list(text)
    for _ in range(rng.randrange(1, 4)):
        where = rng.randrange(len(text) + 1)
        kind = rng.randrange(4)
        if kind == 0 and text:
            del text[where - 1]
        elif kind == 1:
            text.insert(where, rng.choice("0123456789 *![](){}\n\t#,.-+eEXYZrHMC\r;_@"))
        elif kind == 2 and text:
            text[where - 1] = rng.choice("0123456789 *![](){}\n,.-XYZrs")
        elif text:
            stop = min(len(text), where + rng.randrange(8))
            text[where:where] = text[where:stop]
    return "".join(text)


# What qsim refuses or prints otherwise, recognised in generated texts, which are then left out.
LEAVE_OUT = re.compile(
    r"rec\[-0+\]|REPEAT[ \t]*\(|REPEAT\[[^\]]*\]\(|(?i:\bE|CORRELATED_ERROR|HERALDED\w*)(\[[^\]]*\])?\([^)]*\)[^\n]*[*!]"
    r"|(?i:\bM(XX|YY|ZZ))\b[^\n]*!|\d{19}|[\d.eE+-]{60}|(?i:OBSERVABLE_INCLUDE)(\[[^\]]*\])?\([^)]*\d{10}|[eE]\+?\d\d"
    r"|(?i:\b(I|S|S_DAG))\[\s*(R_|U3|T)")


def verdict(text):
    try:
        return str(stim.Circuit(text + "\n"))
    except (ValueError, IndexError):
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=260, help="generated texts, beside those written by hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    rng = random.Random(options.seed)
    data = stim.gate_data()
    gates = [g for name, g in data.items() if name != "REPEAT"]
    texts = [
        t.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\0", "\0")
        if "S[a\\Cb" not in t else t
        for row in HAND.strip().split("\n") for t in row.split("|")
    ]
    for name in names():
        if name != "REPEAT":
            text = name + matching(rng, stim.gate_data(name))
            if not LEAVE_OUT.search(text):
                texts.append(text)
    while options.count > 0:
        kind = rng.randrange(3)
        text = line(rng, gates) if kind == 0 else circuit(rng, gates)
        if kind == 2:
            text = mutate(rng, text)
        if LEAVE_OUT.search(text) or len(text) > 1500:
            continue
        texts.append(text)
        options.count -= 1
    with open(options.out, "w", encoding="utf-8") as file:
        for text in dict.fromkeys(texts):
            file.write(json.dumps({"text": text + "\n", "print": verdict(text)}, ensure_ascii=False) + "\n")
        for reason, text, ours in DIFFERENT:
            theirs = verdict(text)
            assert theirs != ours, text
            row = {"text": text + "\n", "print": theirs, "differs": reason, "ours": ours}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


main()
