#!/usr/bin/env python3
"""Keys, ciphertexts and signatures exchanged with PyPI cryptography, in both directions.

    check_interop.py --qsim .build/release/qsim    runs every exchange in both directions; exit code 1 if one fails
    check_interop.py --write                       writes Tests/Fixtures/interop/interop.json: what cryptography made

Needs the Python package cryptography, 48 or later (ML-KEM and ML-DSA). DHKEM and X-Wing are computed here, from their
specifications, with the primitives of that package.
"""

import argparse
import hashlib
import hmac
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, utils, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/interop/interop.json"


def public_pem(key):
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def secret_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class MLKEM:
    def __init__(self, name, private, public):
        self.name, self.private, self.public = name, private, public

    def generate(self):
        return self.private.generate()

    def public_raw(self, key):
        return key.public_key().public_bytes_raw()

    def secret_raw(self, key):
        return key.private_bytes_raw()

    def encapsulate(self, raw):
        shared, ciphertext = self.public.from_public_bytes(raw).encapsulate()
        return ciphertext, shared

    def decapsulate(self, key, ciphertext):
        return key.decapsulate(ciphertext)


class DHKEM:
    """RFC 9180, section 4.1."""

    def __init__(self, name, identifier, hash_name, curve=None):
        self.name, self.suite, self.hash_name, self.curve = name, b"KEM" + identifier, hash_name, curve

    def generate(self):
        return ec.generate_private_key(self.curve) if self.curve else x25519.X25519PrivateKey.generate()

    def raw(self, public):
        if not self.curve:
            return public.public_bytes_raw()
        return public.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def public_raw(self, key):
        return self.raw(key.public_key())

    def secret_raw(self, key):
        if not self.curve:
            return key.private_bytes_raw()
        return key.private_numbers().private_value.to_bytes((self.curve.key_size + 7) // 8, "big")

    def agree(self, key, raw):
        if self.curve:
            return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(self.curve, raw))
        return key.exchange(x25519.X25519PublicKey.from_public_bytes(raw))

    def shared(self, agreed, context):
        size = hashlib.new(self.hash_name).digest_size
        label = b"HPKE-v1" + self.suite
        key = hmac.digest(bytes(size), label + b"eae_prk" + agreed, self.hash_name)
        info = size.to_bytes(2, "big") + label + b"shared_secret" + context
        return hmac.digest(key, info + b"\x01", self.hash_name)

    def encapsulate(self, raw):
        key = self.generate()
        ciphertext = self.raw(key.public_key())
        return ciphertext, self.shared(self.agree(key, raw), ciphertext + raw)

    def decapsulate(self, key, ciphertext):
        return self.shared(self.agree(key, ciphertext), ciphertext + self.public_raw(key))


class XWing:
    """draft-connolly-cfrg-xwing-kem; a key is its seed."""

    name = "x-wing"

    def generate(self):
        return random.SystemRandom().randbytes(32)

    def expand(self, seed):
        bytes_ = hashlib.shake_256(seed).digest(96)
        return (mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes_[:64]),
                x25519.X25519PrivateKey.from_private_bytes(bytes_[64:]))

    def public_raw(self, seed):
        return b"".join(key.public_key().public_bytes_raw() for key in self.expand(seed))

    def secret_raw(self, seed):
        return seed

    def combine(self, first, second, ciphertext, public):
        label = bytes.fromhex("5c2e2f2f5e5c")
        return hashlib.sha3_256(first + second + ciphertext + public + label).digest()

    def encapsulate(self, raw):
        first, ciphertext = mlkem.MLKEM768PublicKey.from_public_bytes(raw[:1184]).encapsulate()
        key = x25519.X25519PrivateKey.generate()
        second = key.exchange(x25519.X25519PublicKey.from_public_bytes(raw[1184:]))
        point = key.public_key().public_bytes_raw()
        return ciphertext + point, self.combine(first, second, point, raw[1184:])

    def decapsulate(self, seed, ciphertext):
        lattice, curve = self.expand(seed)
        first = lattice.decapsulate(ciphertext[:1088])
        second = curve.exchange(x25519.X25519PublicKey.from_public_bytes(ciphertext[1088:]))
        return self.combine(first, second, ciphertext[1088:], curve.public_key().public_bytes_raw())


class MLDSA:
    has_context = True

    def __init__(self, name, private, public):
        self.name, self.private, self.public = name, private, public

    def generate(self):
        return self.private.generate()

    def public_raw(self, key):
        return key.public_key().public_bytes_raw()

    def secret_raw(self, key):
        return key.private_bytes_raw()

    def sign(self, key, message, context):
        return key.sign(message, context or None)

    def verify(self, raw, signature, message, context):
        self.public.from_public_bytes(raw).verify(signature, message, context or None)


class Ed25519(MLDSA):
    has_context = False

    def __init__(self):
        super().__init__("ed25519", ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey)

    def sign(self, key, message, context):
        return key.sign(message)

    def verify(self, raw, signature, message, context):
        self.public.from_public_bytes(raw).verify(signature, message)


class ECDSA(DHKEM):
    has_context = False

    def __init__(self, name, curve, hash_):
        self.name, self.curve, self.hash = name, curve, hash_

    def sign(self, key, message, context):
        size = (self.curve.key_size + 7) // 8
        pair = utils.decode_dss_signature(key.sign(message, ec.ECDSA(self.hash)))
        return b"".join(number.to_bytes(size, "big") for number in pair)

    def verify(self, raw, signature, message, context):
        half = len(signature) // 2
        pair = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(self.curve, raw)
        key.verify(utils.encode_dss_signature(*pair), message, ec.ECDSA(self.hash))


KEMS = [
    MLKEM("ml-kem-768", mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey),
    MLKEM("ml-kem-1024", mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey),
    XWing(),
    DHKEM("x25519", b"\x00\x20", "sha256"),
    DHKEM("p-256", b"\x00\x10", "sha256", ec.SECP256R1()),
    DHKEM("p-384", b"\x00\x11", "sha384", ec.SECP384R1()),
]
SIGNATURES = [
    MLDSA("ml-dsa-65", mldsa.MLDSA65PrivateKey, mldsa.MLDSA65PublicKey),
    MLDSA("ml-dsa-87", mldsa.MLDSA87PrivateKey, mldsa.MLDSA87PublicKey),
    Ed25519(),
    ECDSA("ecdsa-p256", ec.SECP256R1(), hashes.SHA256()),
    ECDSA("ecdsa-p384", ec.SECP384R1(), hashes.SHA384()),
]


# What cryptography makes, for the tests of the repository.

def keys_of(scheme, key):
    if isinstance(scheme, XWing):
        return {"public": scheme.public_raw(key).hex(), "secret": key.hex()}
    return {"public_pem": public_pem(key.public_key()).decode(), "secret_pem": secret_pem(key).decode()}


def write():
    draw = random.Random(9180)
    encapsulations, signatures, seals = [], [], []
    for scheme in KEMS:
        key = scheme.generate()
        ciphertext, shared = scheme.encapsulate(scheme.public_raw(key))
        assert scheme.decapsulate(key, ciphertext) == shared
        encapsulations.append({
            "algorithm": scheme.name, **keys_of(scheme, key), "ciphertext": ciphertext.hex(),
            "shared": shared.hex()})
    for scheme in SIGNATURES:
        key = scheme.generate()
        message = draw.randbytes(100)
        context = "interop" if scheme.has_context else ""
        signatures.append({
            "algorithm": scheme.name, **keys_of(scheme, key), "message": message.hex(),
            "context": context, "signature": scheme.sign(key, message, context.encode()).hex()})
    for size in [0, 1, 16, 255]:
        key, nonce, extra, text = (draw.randbytes(n) for n in (32, 12, size // 2, size))
        seals.append({
            "key": key.hex(), "nonce": nonce.hex(), "authenticated": extra.hex(), "plaintext": text.hex(),
            "sealed": AESGCM(key).encrypt(nonce, text, extra).hex()})
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(
        {"encapsulations": encapsulations, "signatures": signatures, "aes_gcm": seals}, indent=1) + "\n")


# Both directions.

class Checker:
    def __init__(self, qsim, folder):
        self.qsim, self.folder, self.failures = qsim, pathlib.Path(folder), 0

    def path(self, name):
        return str(self.folder / name)

    def put(self, name, content):
        (self.folder / name).write_bytes(content)
        return self.path(name)

    def get(self, name):
        return (self.folder / name).read_bytes()

    def run(self, *arguments):
        result = subprocess.run([self.qsim, "pqc", *arguments], capture_output=True, text=True)
        return result.returncode, result.stderr.strip()

    def expect(self, what, is_right):
        print(f"{'ok  ' if is_right else 'FAIL'} {what}")
        self.failures += not is_right

    def keygen(self, scheme, form):
        code, error = self.run(
            "keygen", "--algorithm", scheme.name, "--public", self.path("pk"), "--secret", self.path("sk"),
            "--format", form)
        assert code == 0, error

    def our_public(self, scheme, form):
        """Our public key as cryptography reads it, in the form of the standard."""
        content = self.get("pk")
        if form == "raw":
            return content
        key = serialization.load_pem_public_key(content)
        return scheme.raw(key) if isinstance(scheme, DHKEM) else key.public_bytes_raw()

    def check_our_secret(self, scheme, form):
        if form == "pem":
            key = serialization.load_pem_private_key(self.get("sk"), None)
            self.expect(
                f"{scheme.name}: our secret key in PEM",
                scheme.public_raw(key) == self.our_public(scheme, form))

    def kem(self, scheme, form):
        self.keygen(scheme, form)
        self.check_our_secret(scheme, form)
        ciphertext, shared = scheme.encapsulate(self.our_public(scheme, form))
        self.put("ct", ciphertext)
        code, error = self.run(
            "decaps", "--algorithm", scheme.name, "--secret", self.path("sk"), "--ciphertext", self.path("ct"),
            "--shared", self.path("ss"))
        self.expect(f"{scheme.name} ({form}): their ciphertext to us {error}", code == 0 and self.get("ss") == shared)
        key = scheme.generate()
        self.put("pk", public_pem(key.public_key()) if form == "pem" else scheme.public_raw(key))
        code, error = self.run(
            "encaps", "--algorithm", scheme.name, "--public", self.path("pk"), "--ciphertext", self.path("ct"),
            "--shared", self.path("ss"))
        is_right = code == 0 and scheme.decapsulate(key, self.get("ct")) == self.get("ss")
        self.expect(f"{scheme.name} ({form}): our ciphertext to them {error}", is_right)

    def signature(self, scheme, form):
        context = "interop" if scheme.has_context else ""
        options = ["--context", context] if context else []
        message = random.SystemRandom().randbytes(1000)
        self.put("msg", message)
        common = ["--algorithm", scheme.name, "--message", self.path("msg"), "--signature", self.path("sig"), *options]
        self.keygen(scheme, form)
        self.check_our_secret(scheme, form)
        code, error = self.run("sign", "--secret", self.path("sk"), *common)
        try:
            scheme.verify(self.our_public(scheme, form), self.get("sig"), message, context.encode())
            is_valid = code == 0
        except InvalidSignature:
            is_valid = False
        self.expect(f"{scheme.name} ({form}): our signature {error}", is_valid)
        key = scheme.generate()
        self.put("pk", public_pem(key.public_key()) if form == "pem" else scheme.public_raw(key))
        self.put("sig", scheme.sign(key, message, context.encode()))
        code, error = self.run("verify", "--public", self.path("pk"), *common)
        self.expect(f"{scheme.name} ({form}): their signature {error}", code == 0)
        self.put("msg", message[:-1] + bytes([message[-1] ^ 1]))
        code, error = self.run("verify", "--public", self.path("pk"), *common)
        self.expect(f"{scheme.name} ({form}): their signature of another message is refused", code == 1)


def check(qsim):
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(qsim, folder)
        for form in ["raw", "pem"]:
            for scheme in KEMS:
                if form == "raw" or not isinstance(scheme, XWing):
                    checker.kem(scheme, form)
            for scheme in SIGNATURES:
                checker.signature(scheme, form)
        print(f"{checker.failures} failures")
        return checker.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--qsim", help="a built qsim to check")
    parser.add_argument("--write", action="store_true", help="write the fixture")
    arguments = parser.parse_args()
    if arguments.write:
        write()
    if arguments.qsim:
        sys.exit(1 if check(arguments.qsim) else 0)


if __name__ == "__main__":
    main()
