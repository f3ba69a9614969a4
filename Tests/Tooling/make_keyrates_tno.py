#!/usr/bin/env python3
"""Writes Tests/Fixtures/keyrates/keyrates_tno.csv: key rates of TNO's package on a seeded grid.

Needs PyPI `tno.quantum.communication.qkd-key-rate` 2.0.4 in an environment of its own. The form of the file is that of
`make_keyrates.py`. What TNO counts beside, the vacuum pulses of infinite decoys, is taken off; it has no sifting and perfect
error correction, so both bases are one here and the efficiency is 1.

    python3 Tests/Tooling/make_keyrates_tno.py > Tests/Fixtures/keyrates/keyrates_tno.csv
"""

import math
import random

from tno.quantum.communication.qkd_key_rate.quantum import standard_detector
from tno.quantum.communication.qkd_key_rate.quantum.bb84 import BB84FullyAsymptoticKeyRateEstimate
from tno.quantum.communication.qkd_key_rate.quantum.bb84_single_photon import BB84SingleAsymptoticKeyRateEstimate
from tno.quantum.communication.qkd_key_rate.quantum.bbm92 import BBM92AsymptoticKeyRateEstimate

POINTS = 1200

LINK = dict(
    transmittance=(1e-3, 1, "log"),
    detector_efficiency=(0.05, 1, "linear"),
    dark_count_probability=(1e-10, 1e-5, "log"),
    misalignment=(0, 0.06, "linear"),
)


def draw(generator, ranges):
    values = {}
    for name, (low, high, scale) in ranges.items():
        if scale == "log":
            value = math.exp(generator.uniform(math.log(low), math.log(high)))
        else:
            value = generator.uniform(low, high)
        values[name] = float(f"{value:.4g}")
    return values


def attenuation(v):
    return -10 * math.log10(v["transmittance"])


def vacuum(v):
    return v["dark_count_probability"] * (2 - v["dark_count_probability"])


def receiver(v):
    return standard_detector.customise(
        efficiency_detector=v["detector_efficiency"],
        dark_count_rate=v["dark_count_probability"],
        polarization_drift=math.asin(math.sqrt(v["misalignment"])),
    )


def single_photon(v):
    return BB84SingleAsymptoticKeyRateEstimate(receiver(v)).compute_rate(1, attenuation(v))


def infinite_decoys(v):
    rate = BB84FullyAsymptoticKeyRateEstimate(receiver(v)).compute_rate(v["mu"], attenuation(v))
    return rate - math.exp(-v["mu"]) * vacuum(v)


def bbm92(v):
    # Dark counts here are those of a party, of two detectors.
    detector = standard_detector.customise(
        efficiency_detector=v["detector_efficiency"], dark_count_rate=vacuum(v), error_detector=v["misalignment"])
    return BBM92AsymptoticKeyRateEstimate(detector).compute_rate(v["mean_pairs"], attenuation(v))


PROTOCOLS = {
    "bb84-single-photon": (single_photon, LINK, dict(brightness=1, g2=0)),
    "bb84-decoy-infinite": (infinite_decoys, dict(LINK, mu=(1e-2, 1, "log")), {}),
    # Where the gain, a difference of numbers near 1, has its digits.
    "bbm92": (
        bbm92,
        dict(LINK, transmittance=(0.05, 1, "log"), detector_efficiency=(0.2, 1, "linear"), mean_pairs=(1e-2, 0.5, "log")),
        dict(relay_position=0.5),
    ),
}


def main():
    generator = random.Random(20260102)
    for name, (rate, ranges, constants) in PROTOCOLS.items():
        constants = dict(constants, error_correction_efficiency=1, basis_probability=1)
        for point in range(POINTS):
            values = dict(draw(generator, ranges), **constants)
            if point == 0:
                print(name, *values, sep=",")
            print(*(f"{value:g}" for value in values.values()), repr(rate(values)), sep=",")


if __name__ == "__main__":
    main()
