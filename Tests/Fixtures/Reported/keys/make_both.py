"""Writes PKCS #8 files that hold a seed and its expanded key, from implementations other than ours.

    pip install dilithium-py==1.5.1 kyber-py==1.2.0
    python make_both.py

Seeds are fixed, so that the files are the same every time.
"""

import base64
import hashlib
import pathlib

from dilithium_py.ml_dsa import ML_DSA_65, ML_DSA_87
from kyber_py.ml_kem import ML_KEM_768, ML_KEM_1024

FOLDER = pathlib.Path(__file__).parent / "both"
NIST = bytes.fromhex("60864801650304")


def element(tag, content):
    count = len(content)
    if count < 0x80:
        return bytes([tag, count]) + content
    digits = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def write(name, suffix, seed, expanded):
    identifier = element(0x30, element(0x06, NIST + bytes(suffix)))
    both = element(0x30, element(0x04, seed) + element(0x04, expanded))
    content = element(0x30, element(0x02, b"\0") + identifier + element(0x04, both))
    text = base64.encodebytes(content).decode().replace("\n", "")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    (FOLDER / f"{name}.pem").write_text(
        "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""])
    )


def seed(name, count):
    return hashlib.shake_256(b"qsim fixture " + name.encode()).digest(count)


for name, suffix, scheme in [
    ("ml-dsa-65", (3, 0x12), ML_DSA_65), ("ml-dsa-87", (3, 0x13), ML_DSA_87),
]:
    xi = seed(name, 32)
    _, secret = scheme.key_derive(xi)
    write(name, suffix, xi, secret)
for name, suffix, scheme in [
    ("ml-kem-768", (4, 2), ML_KEM_768), ("ml-kem-1024", (4, 3), ML_KEM_1024),
]:
    dz = seed(name, 64)
    _, secret = scheme.key_derive(dz)
    write(name, suffix, dz, secret)
