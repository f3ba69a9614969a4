#!/usr/bin/env python3
"""Writes Tests/Fixtures/keyrates/keyrates.csv: key rates of another package on a seeded grid.

Needs PyPI `qkd` 0.2.0 (pip install qkd==0.2.0, outside the repository). A line that starts with a
protocol names its parameters; the lines after it hold their values and the rate. Gaussian rates may be below 0.

    python3 Tests/Tooling/make_keyrates.py > Tests/Fixtures/keyrates/keyrates.csv
"""

import math
import random

from qkd import _core as core

POINTS = 1500


def short(value):
    """Four digits: what is written is what is computed with."""
    return float(f"{value:.4g}")


def draw(generator, **ranges):
    values = {}
    for name, (low, high, scale) in ranges.items():
        if scale == "log":
            value = math.exp(generator.uniform(math.log(low), math.log(high)))
        else:
            value = generator.uniform(low, high)
        values[name] = short(value)
    return values


def entropy(x):
    return 0.0 if x <= 0 or x >= 1 else -x * math.log2(x) - (1 - x) * math.log2(1 - x)


LINK = dict(
    transmittance=(1e-6, 1, "log"),
    detector_efficiency=(0.05, 1, "linear"),
    dark_count_probability=(1e-10, 1e-5, "log"),
    misalignment=(0, 0.06, "linear"),
    error_correction_efficiency=(1, 1.3, "linear"),
)


def vacuum(v):
    return v["dark_count_probability"] * (2 - v["dark_count_probability"])


def bbm92(v):
    position = v["relay_position"]
    alice = v["detector_efficiency"] * v["transmittance"] ** position
    bob = v["detector_efficiency"] * v["transmittance"] ** (1 - position)
    arguments = (v["mean_pairs"] / 2, alice, bob, vacuum(v), vacuum(v))
    gain = core.pair_gain(*arguments)
    error = core.pair_error(*arguments, v["misalignment"])
    cost = entropy(error) * (1 + v["error_correction_efficiency"])
    return 0.5 * gain * (1 - cost)


def sarg04(v):
    eta = v["transmittance"] * v["detector_efficiency"]
    gain, error = core.sarg_gain(v["mu"], eta, vacuum(v), v["misalignment"])
    y1, e1 = core.sarg_yield(eta, vacuum(v), v["misalignment"], 1)
    y2, e2 = core.sarg_yield(eta, vacuum(v), v["misalignment"], 2)
    weight = math.exp(-v["mu"])
    return core.sarg_rate(
        gain, error, y1 * v["mu"] * weight, e1, y2 * v["mu"] ** 2 / 2 * weight, e2,
        v["error_correction_efficiency"],
    )


def mode_pairing(v):
    eta = math.sqrt(v["transmittance"]) * v["detector_efficiency"]
    arguments = (eta, v["mu"], v["dark_count_probability"])
    click = core.pairing_click(*arguments)
    pairs = core.pairing_pairs(click, int(v["pairing_window"]))
    sifted, error = core.pairing_sift(*arguments)
    single = core.pairing_single(*arguments)
    phase = core.mdi_yield(eta, eta, v["dark_count_probability"], v["misalignment"])[1]
    return core.pairing_rate(
        pairs, sifted, single, phase, error, v["error_correction_efficiency"]
    )


def gaussian(homodyne):
    def rate(v):
        return core.cv_rate(
            v["modulation_variance"], v["transmittance"], v["excess_noise"],
            v["detector_efficiency"], v["electronic_noise"], v["reconciliation_efficiency"],
            homodyne, v["receiver_trusted"] == 1,
        )[2]

    return rate


def psk(v):
    return core.dm_rate(
        int(v["constellation_size"]), v["amplitude"], v["transmittance"], v["excess_noise"],
        v["detector_efficiency"], v["electronic_noise"], v["reconciliation_efficiency"],
    )[2]


def lim(v):
    """The length for the counts of the afterpulse model, over the pulses it takes."""
    eta = v["transmittance"] * v["detector_efficiency"]
    dark, after = v["dark_count_probability"], v["afterpulse_probability"]
    mus = [v[f"intensity_{k}"] for k in (1, 2, 3)]
    probabilities = [v[f"probability_{k}"] for k in (1, 2, 3)]
    basis = v["basis_probability"]
    arriving = [-math.expm1(-eta * mu) for mu in mus]
    clicks = [2 * dark + (1 - 2 * dark) * a for a in arriving]
    rates = [click * (1 + after) for click in clicks]
    errors = [
        dark + v["misalignment"] * a + after * click / 2 for a, click in zip(arriving, clicks)
    ]
    total = sum(p * r for p, r in zip(probabilities, rates))
    key = [v["block_size"] * p * r / total for p, r in zip(probabilities, rates)]
    test = [n * (1 - basis) ** 2 / basis**2 for n in key]
    wrong = [n * e / r for n, e, r in zip(test, errors, rates)]
    key_error = sum(n * e / r for n, e, r in zip(key, errors, rates)) / v["block_size"]
    epsilon = v["epsilon_secrecy"]
    s0, s1 = core.decoy_counts(*mus, tuple(probabilities), tuple(key), epsilon / 21)
    _, t1 = core.decoy_counts(*mus, tuple(probabilities), tuple(test), epsilon / 21)
    v1 = core.decoy_errors(*mus, tuple(probabilities), tuple(wrong), epsilon / 21)
    phase = core.bb84_phase(v1, t1, s1, epsilon)
    length = core.bb84_length(
        s0, s1, phase, v["block_size"], key_error, v["error_correction_efficiency"], epsilon,
        v["epsilon_correctness"],
    )
    return length / (v["block_size"] / (basis**2 * total))


# Keys are differences of entropies near 1: at higher loss 9 digits of them are not in double precision.
GAUSSIAN = dict(
    transmittance=(1e-2, 1, "log"),
    detector_efficiency=(0.3, 0.99, "linear"),
    modulation_variance=(0.5, 50, "log"),
    excess_noise=(1e-4, 0.1, "log"),
    electronic_noise=(1e-3, 0.3, "log"),
    reconciliation_efficiency=(0.9, 1, "linear"),
)

PROTOCOLS = {
    # Where the other package's gain, a difference of numbers near 1, has its digits.
    "bbm92": (bbm92, dict(LINK, transmittance=(0.05, 1, "log"),
                          detector_efficiency=(0.2, 1, "linear"), mean_pairs=(1e-2, 0.5, "log"), relay_position=(0, 1, "linear"))),
    "sarg04": (
        sarg04, dict(LINK, transmittance=(1e-2, 1, "log"), mu=(1e-2, 1, "log")),
    ),
    "mode-pairing": (
        mode_pairing,
        dict(LINK, mu=(1e-2, 1, "log"), pairing_window=(1, 1e8, "log")),
    ),
    "cv-gg02-homodyne": (gaussian(True), GAUSSIAN),
    "cv-gg02-heterodyne": (gaussian(False), GAUSSIAN),
    "cv-psk": (
        psk,
        dict(
            transmittance=(0.05, 1, "log"), detector_efficiency=(0.9, 1, "linear"),
            excess_noise=(1e-4, 5e-3, "log"), electronic_noise=(1e-4, 1e-2, "log"),
            reconciliation_efficiency=(0.95, 1, "linear"), amplitude=(0.2, 0.6, "linear"),
        ),
    ),
    "bb84-decoy-finite-two": (
        lim,
        dict(
            LINK, transmittance=(1e-4, 1, "log"), afterpulse_probability=(0, 0.05, "linear"),
            intensity_1=(0.3, 0.8, "linear"), intensity_2=(0.05, 0.2, "linear"),
            intensity_3=(1e-4, 1e-2, "log"), probability_1=(0.1, 0.6, "linear"),
            probability_2=(0.1, 0.3, "linear"), basis_probability=(0.5, 0.95, "linear"),
            block_size=(1e6, 1e12, "log"), epsilon_secrecy=(1e-12, 1e-6, "log"),
            epsilon_correctness=(1e-15, 1e-9, "log"),
        ),
    ),
}


def main():
    generator = random.Random(20260101)
    for name, (rate, ranges) in PROTOCOLS.items():
        written = 0
        while written < POINTS:
            values = draw(generator, **ranges)
            if "pairing_window" in values:
                values["pairing_window"] = float(round(values["pairing_window"]))
            if "block_size" in values:
                values["block_size"] = float(round(values["block_size"]))
                values["probability_3"] = 1 - values["probability_1"] - values["probability_2"]
            if name.startswith("cv-gg02"):
                values["receiver_trusted"] = generator.randint(0, 1)
            if name == "cv-psk":
                values["constellation_size"] = generator.choice([3, 4, 4, 8])
            result = rate(values)
            if written == 0:
                print(name, *values, sep=",")
            print(*(f"{value:.17g}" if key == "probability_3" else f"{value:g}" for key, value in values.items()), repr(result), sep=",")
            written += 1


if __name__ == "__main__":
    main()
