#!/usr/bin/env python3
"""Writes Tests/Fixtures/mlkem/mlkem.json: what the package kyber-py computes from given seeds.

Long values are kept as SHA-256. Needs the Python package kyber-py; SHAKE and SHA-3 are those of hashlib.
"""

import hashlib
import json
import pathlib
import random

from kyber_py.ml_kem import ML_KEM_512, ML_KEM_768, ML_KEM_1024

FILE = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/mlkem/mlkem.json"


def digest(value):
    return hashlib.sha256(value).hexdigest()


def exchange(name, scheme, draw):
    d, z, m = (draw.randbytes(32) for _ in range(3))
    ek, dk = scheme._keygen_internal(d, z)
    shared, ciphertext = scheme._encaps_internal(ek, m)
    assert scheme.decaps(dk, ciphertext) == shared
    place = draw.randrange(len(ciphertext))
    mask = draw.randrange(1, 256)
    altered = bytearray(ciphertext)
    altered[place] ^= mask
    return {
        "name": name, "d": d.hex(), "z": z.hex(), "m": m.hex(), "ek_sha256": digest(ek),
        "dk_sha256": digest(dk), "ciphertext_sha256": digest(ciphertext), "shared": shared.hex(),
        "altered_place": place, "altered_mask": mask,
        "rejected": scheme.decaps(dk, bytes(altered)).hex(),
    }


def sponge(draw):
    message = draw.randbytes(draw.randrange(400))
    return {
        "message": message.hex(), "sha3_256": hashlib.sha3_256(message).hexdigest(),
        "sha3_512": hashlib.sha3_512(message).hexdigest(),
        "shake128_500_sha256": digest(hashlib.shake_128(message).digest(500)),
        "shake256_500_sha256": digest(hashlib.shake_256(message).digest(500)),
    }


def main():
    draw = random.Random(203)
    schemes = [("ML-KEM-512", ML_KEM_512), ("ML-KEM-768", ML_KEM_768), ("ML-KEM-1024", ML_KEM_1024)]
    fixture = {
        "exchanges": [exchange(name, scheme, draw) for name, scheme in schemes for _ in range(10)],
        "sponges": [sponge(draw) for _ in range(20)],
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(fixture, indent=1) + "\n")


if __name__ == "__main__":
    main()
