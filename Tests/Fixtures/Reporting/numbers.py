"""Writes numbers.txt: one double a line as `bits repr %.6g`, from Python's own printing."""

import math
import pathlib
import random
import struct

random.seed(20)
values = [0.1, 0.2, 1 / 3, 2 / 3, 1e22, 1e23, 5e-324, 2.2250738585072014e-308, math.pi, 9.999995e-5,
          1.7976931348623157e308, 123456789.0, 999999.4, 999999.6, 4503599627370497.5, 9007199254740993.0]
values += [struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))[0] for _ in range(150)]
values += [random.uniform(0, 1) * 10 ** random.randint(-9, 17) for _ in range(150)]
lines = []
for value in values:
    if not math.isfinite(value):
        continue
    bits = struct.unpack("<Q", struct.pack("<d", value))[0]
    lines.append(f"{bits:016x} {value!r} {value:.6g}")
pathlib.Path(__file__).with_name("numbers.txt").write_text("\n".join(lines) + "\n")
