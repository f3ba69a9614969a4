#!/usr/bin/env python3
"""Times key exchanges and their algorithms with qsim and with PyPI cryptography, in alternation, and prints ratios.

    Benchmarks/post_quantum.py --venv DIRECTORY [--qsim PATH] [--runs 5] [--seconds 0.2] [--jsonl FILE] [--check]

Needs Python's standard library; the package cryptography (50 or later, on OpenSSL) lives in the virtual environment. Both sides use one thread.

Ours are the rates of `qsim pqc bench --json`. Theirs are loops in a Python that has already started. An exchange of theirs is the sum
of what both parties compute in ours: a key pair, an encapsulation and a decapsulation for each mechanism, and two signatures made and
verified by ML-DSA-65 and Ed25519; hashes and the combiner, some microseconds, are left out. The order is ours, theirs, ours, theirs, …;
a ratio is the median of our rate ÷ theirs, above 1 where we are faster. Frames stand beside AES-256-GCM alone, both ours.
--check exits 1 if frames stay under 0.9 of that.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

EXCHANGES = ["ml-kem-768", "x25519,ml-kem-768", "x25519,ml-kem-768,ml-kem-1024"]
FRAME_FLOOR = 0.9

WORKER = r'''
import json, sys, time
from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, x25519
def rate(call, seconds):
    count, elapsed = 1, 0.0
    while elapsed < seconds / 5:
        start = time.perf_counter()
        for _ in range(count): call()
        elapsed = time.perf_counter() - start
        count *= 2
    count = max(1, int(count / 2 * seconds / 5 / elapsed))
    rates = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(count): call()
        rates.append(count / (time.perf_counter() - start))
    return sorted(rates)[2]
def kem(kind, publicKind):
    key = kind.generate()
    public = key.public_key()
    secret, ciphertext = public.encapsulate()
    raw, read = public.public_bytes_raw(), publicKind.from_public_bytes
    return {"keygen": lambda: kind.generate().public_key().public_bytes_raw(),
            "encaps": lambda: read(raw).encapsulate(),
            "decaps": lambda: key.decapsulate(ciphertext)}
def agreement(generate, exchange):
    key, other = generate(), generate()
    def encapsulate():
        exchange(generate(), key.public_key())
    return {"keygen": generate, "encaps": encapsulate, "decaps": lambda: exchange(key, other.public_key())}
def signing(generate, options=()):
    key = generate()
    public, message = key.public_key(), bytes(64)
    signature = key.sign(message, *options)
    return {"keygen": generate, "sign": lambda: key.sign(message, *options),
            "verify": lambda: public.verify(signature, message, *options)}
def curve(kind):
    return agreement(lambda: ec.generate_private_key(kind), lambda key, public: key.exchange(ec.ECDH(), public))
OPERATIONS = {
    "ml-kem-768": kem(mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey),
    "ml-kem-1024": kem(mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey),
    "x25519": agreement(x25519.X25519PrivateKey.generate, lambda key, public: key.exchange(public)),
    "p-256": curve(ec.SECP256R1()), "p-384": curve(ec.SECP384R1()),
    "ml-dsa-65": signing(mldsa.MLDSA65PrivateKey.generate), "ml-dsa-87": signing(mldsa.MLDSA87PrivateKey.generate),
    "ed25519": signing(ed25519.Ed25519PrivateKey.generate),
    "ecdsa-p256": signing(lambda: ec.generate_private_key(ec.SECP256R1()), (ec.ECDSA(hashes.SHA256()),)),
    "ecdsa-p384": signing(lambda: ec.generate_private_key(ec.SECP384R1()), (ec.ECDSA(hashes.SHA384()),)),
}
print(json.dumps(backend.openssl_version_text()), flush=True)
for line in sys.stdin:
    seconds = json.loads(line)
    print(json.dumps([[name, operation, rate(call, seconds)] for name, operations in OPERATIONS.items()
                      for operation, call in operations.items()]), flush=True)
'''


class Peer:
    def __init__(self, venv):
        self.process = subprocess.Popen(
            [os.path.join(venv, "bin/python"), "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the peer ended: is cryptography 50 or later in the virtual environment?")
        return json.loads(line)

    def rates(self, seconds):
        print(seconds, file=self.process.stdin, flush=True)
        return {(name, operation): rate for name, operation, rate in self.read()}


def exchange_rate(rates, algorithms):
    """Exchanges a second from the rates of their parts."""
    seconds = sum(1 / rates[(name, step)] for name in algorithms for step in ("keygen", "encaps", "decaps"))
    for scheme in ("ml-dsa-65", "ed25519"):
        seconds += 2 / rates[(scheme, "sign")] + 2 / rates[(scheme, "verify")]
    return 1 / seconds


def ours(qsim, seconds):
    options = [word for names in EXCHANGES for word in ("--exchange", names)]
    result = subprocess.run(
        [qsim, "pqc", "bench", "--json", "--seconds", str(seconds), *options], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", required=True)
    parser.add_argument("--qsim", default=".build/release/qsim")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--jsonl")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    peer = Peer(arguments.venv)
    rows, frames = {}, []
    for _ in range(arguments.runs):
        report = ours(arguments.qsim, arguments.seconds)
        theirs = peer.rates(arguments.seconds)
        for row in report["algorithms"]:
            key = (row["algorithm"], row["operation"])
            if key in theirs:
                rows.setdefault(key, []).append((row["rate_per_s"], theirs[key]))
        for row in report["exchanges"]:
            rate = exchange_rate(theirs, row["exchange"].split(","))
            rows.setdefault((row["exchange"], "exchange"), []).append((row["rate_per_s"], rate))
        frames.append(report["frames"][1]["of_bare"])
    print(f"{'algorithms':32}{'operation':12}{'ours 1/s':>12}{'theirs 1/s':>12}{'ratio':>8}   ({peer.version})")
    for (name, operation), pairs in rows.items():
        ratio = statistics.median(one / other for one, other in pairs)
        first, second = (statistics.median(side) for side in zip(*pairs))
        print(f"{name:32}{operation:12}{first:12.0f}{second:12.0f}{ratio:8.2f}")
        if arguments.jsonl:
            with open(arguments.jsonl, "a") as file:
                file.write(json.dumps({
                    "name": name, "operation": operation, "pairs": pairs, "ratio": ratio, "peer": peer.version}) + "\n")
    frame = statistics.median(frames)
    print(f"frames of 1200 bytes beside AES-256-GCM alone: {frame:.3f} ({min(frames):.3f} to {max(frames):.3f})")
    if arguments.check and frame < FRAME_FLOOR:
        sys.exit(f"frames stay under {FRAME_FLOOR}")


if __name__ == "__main__":
    main()
