#!/usr/bin/env python3
"""Writes Tests/Fixtures/postquantum: frames, combined secrets and deliveries as an independent implementation makes them.

    python3 -m pip install cryptography
    python3 Tests/Tooling/make_post_quantum.py
"""

import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "postquantum"
SUITES = {4: ("sha256", 16), 5: ("sha512", 32)}


def extract(salt: bytes, material: bytes, hash_name: str) -> bytes:
    return hmac.digest(salt or bytes(hashlib.new(hash_name).digest_size), material, hash_name)


def expand(key: bytes, info: bytes, length: int, hash_name: str) -> bytes:
    output, block, index = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([index]), hash_name)
        output += block
        index += 1
    return output[:length]


def some_bytes(label: str, count: int) -> bytes:
    return hashlib.shake_256(label.encode()).digest(count)


def header(key_id: int, counter: int) -> bytes:
    first, tail = 0, b""
    for value, shift in ((key_id, 4), (counter, 0)):
        if value < 8:
            first |= value << shift
        else:
            number = value.to_bytes((value.bit_length() + 7) // 8, "big")
            first |= (8 + len(number) - 1) << shift
            tail += number
    return bytes([first]) + tail


def frame(suite: int, base: bytes, key_id: int, counter: int, metadata: bytes, payload: bytes) -> bytes:
    hash_name, key_length = SUITES[suite]
    secret = extract(b"", base, hash_name)
    binding = key_id.to_bytes(8, "big") + suite.to_bytes(2, "big")
    key = expand(secret, b"SFrame 1.0 Secret key " + binding, key_length, hash_name)
    salt = expand(secret, b"SFrame 1.0 Secret salt " + binding, 12, hash_name)
    nonce = bytes(a ^ b for a, b in zip(salt, counter.to_bytes(12, "big")))
    start = header(key_id, counter)
    return start + AESGCM(key).encrypt(nonce, payload, start + metadata)


def ratchet(suite: int, base: bytes) -> bytes:
    hash_name, _ = SUITES[suite]
    size = hashlib.new(hash_name).digest_size
    return expand(extract(b"", base, hash_name), b"SFrame 1.0 Ratchet", size, hash_name)


def frames() -> dict:
    edges = [0, 1, 7, 8, 255, 256, 65535, 65536, 2**24 - 1, 2**24, 2**32 - 1, 2**32, 2**40, 2**48, 2**56, 2**64 - 1]
    headers = [{"key_id": k, "counter": c, "bytes": header(k, c).hex()} for k in edges for c in edges]
    rows = []
    for suite in SUITES:
        size = hashlib.new(SUITES[suite][0]).digest_size
        for index, (key_id, counter, length) in enumerate(
            [(0, 0, 0), (7, 8, 1), (0x123, 0x4567, 21), (2**44 - 1, 2**31, 1200), (16, 255, 64)]
        ):
            base = some_bytes(f"base {suite} {index}", size)
            metadata, payload = some_bytes("metadata", index), some_bytes(f"payload {index}", length)
            rows.append(
                {
                    "suite": suite, "key_id": key_id, "counter": counter, "base_key": base.hex(),
                    "metadata": metadata.hex(), "payload": payload.hex(), "ratcheted": ratchet(suite, base).hex(),
                    "frame": frame(suite, base, key_id, counter, metadata, payload).hex(),
                }
            )
    return {"headers": headers, "frames": rows}


CODES = {"ml-kem-768": 0x0101, "ml-kem-1024": 0x0102, "x-wing": 0x0103, "x25519": 0x0201, "p-256": 0x0202, "p-384": 0x0203}


def behind(length_bytes: int, part: bytes) -> bytes:
    return len(part).to_bytes(length_bytes, "big") + part


def combined(row: dict) -> list[dict]:
    label = b"qsim key exchange 1"
    sources = sorted(row["sources"], key=lambda s: CODES[s["algorithm"]])
    codes = bytes([len(sources)]) + b"".join(CODES[s["algorithm"]].to_bytes(2, "big") for s in sources)
    psk = row["preshared_key"]
    key_id = psk["id"].encode() if psk else b""
    transcript = bytes.fromhex(row["transcript"])
    text = behind(1, label) + codes
    for source in sources:
        text += behind(4, bytes.fromhex(source["public_key"])) + behind(4, bytes.fromhex(source["ciphertext"]))
    text += behind(1, key_id) + behind(8, transcript)
    material = b"\x01" + behind(4, bytes.fromhex(psk["key"])) if psk else b"\x00"
    for source in sources:
        material += behind(4, bytes.fromhex(source["shared_secret"]))
    secret = extract(hashlib.sha512(text).digest(), material, "sha512")
    keys = []
    for purpose, context, length in (("a", b"", 32), ("frames of the initiator", b"context", 64), ("long", b"", 200)):
        info = behind(1, label) + behind(1, purpose.encode()) + codes + behind(1, key_id)
        info += row["epoch"].to_bytes(4, "big") + behind(8, context)
        key = expand(secret, info, length, "sha512")
        keys.append({"purpose": purpose, "context": context.hex(), "key": key.hex()})
    return keys


def combiner() -> list[dict]:
    rows = []
    for index, names in enumerate([["x25519"], ["x25519", "ml-kem-768"], ["ml-kem-1024", "p-384", "ml-kem-768", "x-wing"], []]):
        sources = [
            {
                "algorithm": name,
                "public_key": some_bytes(f"public {name}", 40 + place).hex(),
                "ciphertext": some_bytes(f"ciphertext {name}", 50 + place).hex(),
                "shared_secret": some_bytes(f"secret {name}", 48 if name == "p-384" else 32).hex(),
            }
            for place, name in enumerate(names)
        ]
        psk = {"id": "bc490419-7d60-487f-adc1-4ddcc177c139", "key": some_bytes("psk", 32).hex()} if index % 2 or not names else None
        row = {"sources": sources, "preshared_key": psk, "epoch": 7 * index, "transcript": some_bytes("transcript", 9 * index).hex()}
        rows.append(row | {"keys": combined(row)})
    return rows


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in (("frames", frames()), ("combiner", combiner())):
        (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
