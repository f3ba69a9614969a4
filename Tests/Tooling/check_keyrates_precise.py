#!/usr/bin/env python3
"""Compares every key rate with the textbook formulas in 60 digits and more.

The formulas are written here a second time, from the documents and the papers, as they are printed: with
all their differences of large numbers, which so many digits survive. Parameters come from the whole range
that `qsim catalog protocols` names, distances from 0 to 2000 km, seeded.

    check_keyrates_precise.py --qsim .build/release/qsim                 10,000 sets a protocol
    check_keyrates_precise.py --qsim ... --sets 500 --protocols tf-pm    fewer
    check_keyrates_precise.py --qsim ... --sets 90 --write FILE          the fixture of the Swift tests

A rate that is printed is right to a millionth and never above the truth by more. Where a rate is bounded by
linear programmes it lies between the bound of formulas and the rate of infinitely many decoys. Needs mpmath
(and is quicker with gmpy2).
"""

import argparse
import json
import math
import random
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

from mpmath import mp, mpf

DIGITS = 60
TOLERANCE = 1e-6
# Keys below this are not printed, since numbers that small lose digits.
SMALLEST = 1e-285
# The part of all settings that may be refused.
MOST_REFUSED = 0.05
# Expensive ones get fewer sets.
FEWER = {
    "b92": 20, "tf-cal": 10, "cv-psk": 5, "mdi-three-intensity": 5, "mdi-finite": 20,
    "mdi-closed-form": 2,
}


# MARK: What formulas share


def h(x):
    if x <= 0 or x >= 1:
        return mpf(0)
    return -(x * mp.log(x) + (1 - x) * mp.log(1 - x)) / mp.log(2)


def g(n):
    """Entropy of a thermal state of n photons."""
    if n <= 0:
        return mpf(0)
    return ((n + 1) * mp.log(n + 1) - n * mp.log(n)) / mp.log(2)


def bound(e):
    """An upper bound on an error rate: 1/2 where nothing is known."""
    return e if 0 <= e < mpf(1) / 2 else mpf(1) / 2


def half(e):
    return min(mpf(1) / 2, e)


def positive(x):
    return x if x > 0 else mpf(0)


def channel(p):
    if p.get("transmittance") is not None:
        return p["transmittance"]
    return mpf(10) ** (-p["loss_db_per_km"] * p["distance"] / 10)


# MARK: Weak pulses


class Pulses:
    def __init__(self, p, eta=None):
        self.eta = channel(p) * p["detector_efficiency"] if eta is None else eta
        self.d = p["dark_count_probability"]
        self.e = p["misalignment"]
        self.first = p.get("first_order_clicks", 0) == 1
        self.y0 = 1 - (1 - self.d) ** 2

    def gain(self, k):
        if self.first:
            return self.y0 + 1 - mp.exp(-self.eta * k)
        return 1 - (1 - self.y0) * mp.exp(-self.eta * k)

    def errors(self, k):
        x = self.eta * k
        if self.first:
            return self.y0 / 2 + self.e * (1 - mp.exp(-x))
        split = mp.exp(-x * self.e) - mp.exp(-x * (1 - self.e))
        return (self.gain(k) - (1 - self.d) * split) / 2

    def photon_yield(self, n):
        if self.first:
            return self.y0 + 1 - (1 - self.eta) ** n
        return 1 - (1 - self.y0) * (1 - self.eta) ** n

    def photon_errors(self, n):
        if self.first:
            return self.y0 / 2 + self.e * (1 - (1 - self.eta) ** n)
        split = (1 - self.eta * self.e) ** n - (1 - self.eta * (1 - self.e)) ** n
        return (self.photon_yield(n) - (1 - self.d) * split) / 2


def sifting(p):
    q = p["basis_probability"]
    return q * q + (1 - q) ** 2


def pulses_rate(p, gain, errors, single, error):
    if gain <= 0:
        return mpf(0)
    leak = p["error_correction_efficiency"] * gain * h(half(errors / gain))
    return sifting(p) * (single * (1 - h(error)) - leak)


def single_photon_parts(p):
    c = Pulses(p)
    b = p["brightness"]
    two = p["g2"] * b * b / 2
    weights = [1 - b + two, b - 2 * two, two]
    gain = sum(w * c.photon_yield(n) for n, w in enumerate(weights))
    errors = sum(w * c.photon_errors(n) for n, w in enumerate(weights))
    single = positive(gain - two)
    error = bound(errors / single) if single > 0 else mpf(1) / 2
    rate = half(errors / gain) if gain > 0 else mpf(1) / 2
    return gain, rate, single, error


def bb84_single_photon(p):
    gain, rate, single, error = single_photon_parts(p)
    leak = p["error_correction_efficiency"] * gain * h(rate)
    return sifting(p) * (single * (1 - h(error)) - leak)


def six_state(p):
    gain, rate, single, error = single_photon_parts(p)
    q = p["basis_probability"]
    privacy = mpf(1)
    if error < mpf(1) / 3:
        privacy = error + (1 - error) * h((1 - 3 * error / 2) / (1 - error))
    leak = p["error_correction_efficiency"] * gain * h(rate)
    return (q * q + (1 - q) ** 2 / 2) * (single * (1 - privacy) - leak)


def bb84_gllp(p):
    c, mu = Pulses(p), p["mu"]
    gain, errors = c.gain(mu), c.errors(mu)
    single = gain - (1 - mp.exp(-mu) * (1 + mu))
    if single <= 0:
        return mpf(0)
    return pulses_rate(p, gain, errors, single, bound(errors / single))


def bb84_decoy_infinite(p):
    c, mu = Pulses(p), p["mu"]
    y1 = c.photon_yield(1)
    if y1 <= 0:
        return mpf(0)
    error = bound(c.photon_errors(1) / y1)
    return pulses_rate(p, c.gain(mu), c.errors(mu), y1 * mu * mp.exp(-mu), error)


def bb84_decoy_vacuum_weak(p):
    c, mu, nu = Pulses(p), p["mu"], p["nu"]
    y1 = mu / (mu * nu - nu * nu) * (
        c.gain(nu) * mp.exp(nu) - c.gain(mu) * mp.exp(mu) * nu**2 / mu**2
        - (mu**2 - nu**2) / mu**2 * c.y0)
    if y1 <= 0:
        return mpf(0)
    error = bound((c.errors(nu) * mp.exp(nu) - c.y0 / 2) / (y1 * nu))
    return pulses_rate(p, c.gain(mu), c.errors(mu), y1 * mu * mp.exp(-mu), error)


def bb84_decoy_two(p):
    c = Pulses(p)
    mu, a, b = p["intensity_1"], p["intensity_2"], p["intensity_3"]
    fa, fb = c.gain(a) * mp.exp(a), c.gain(b) * mp.exp(b)
    y0 = positive((a * fb - b * fa) / (a - b))
    y1 = mu / (mu * a - mu * b - a**2 + b**2) * (
        fa - fb - (a**2 - b**2) / mu**2 * (c.gain(mu) * mp.exp(mu) - y0))
    if y1 <= 0:
        return mpf(0)
    error = bound((c.errors(a) * mp.exp(a) - c.errors(b) * mp.exp(b)) / ((a - b) * y1))
    return pulses_rate(p, c.gain(mu), c.errors(mu), y1 * mu * mp.exp(-mu), error)


def sarg04(p):
    c, mu = Pulses(p), p["mu"]

    def conclusive(clicks, wrong):
        """Wrong clicks of Alice's basis, half of all clicks of the other, each half of the time."""
        return clicks / 4 + wrong / 2, wrong / 2

    gain, errors = conclusive(c.gain(mu), c.errors(mu))
    if gain <= 0:
        return mpf(0)
    margin = -p["error_correction_efficiency"] * gain * h(half(errors / gain))
    for n in (1, 2):
        y, w = conclusive(c.photon_yield(n), c.photon_errors(n))
        if y <= 0:
            continue
        r = w / y
        if n == 1:
            cost = mpf(1)
            if r < mpf(1) / 4:
                weights = [1 - 2 * r, r / 2, r / 2, r]
                entropy = -sum(x * mp.log(x) for x in weights if x > 0) / mp.log(2)
                cost = min(mpf(1), entropy - h(r))
        else:
            cost = mpf(1)
            if r < mpf(1) / 3:
                # The least of x e + g(x) over x: its slope is 0 where g' = −e.
                def curve(x):
                    return (3 - 2 * x + mp.sqrt(6 - 6 * mp.sqrt(2) * x + 4 * x * x)) / 6

                if r == 0:
                    phase = (3 - 3 / mp.sqrt(2)) / 6
                else:
                    # With y = 2x − 3/√2 the root is √(y² + 3/2).
                    s = 1 - 3 * r
                    y_ = s * mp.sqrt(mpf(3) / 2 / (1 - s * s))
                    x = (y_ + 3 / mp.sqrt(2)) / 2
                    phase = x * r + curve(x)
                cost = h(bound(phase))
        margin += mp.exp(-mu) * mu**n / n * y * (1 - cost)
    return margin


def b92(p):
    a2 = p["amplitude"] ** 2
    b2 = 1 - a2
    c = Pulses(p)
    detected = 1 - (1 - c.y0) * (1 - c.eta)
    dark = (1 - c.eta) * c.y0
    if detected <= 0:
        return mpf(0)
    noise = (c.eta * min(mpf(1), 2 * c.e) + dark) / detected
    filtered = detected * ((1 - noise) * 2 * a2 * b2 + noise / 2)
    bit = detected * noise / 4
    offset = (filtered - a2 * detected) / (b2 - a2)

    def largest(s):
        """The most phase errors for a given weight s of Alice's 1; None if none fit."""
        shift = offset - s
        low, high = max(mpf(0), -shift), min(s, detected - s - shift)
        if high < low:
            return None

        def excess(a):
            b = a + shift
            one = mp.sqrt(a2 * a) - mp.sqrt(b2 * positive(b))
            two = mp.sqrt(a2 * positive(detected - s - b)) - mp.sqrt(b2 * positive(s - a))
            return (one**2 + two**2) / 2 - bit

        left, right = low, high
        for _ in range(70):
            third = (right - left) / 3
            if excess(left + third) < excess(right - third):
                right -= third
            else:
                left += third
        # Without noise only the lowest point fits, which may be an end.
        inside = min([(left + right) / 2, low, high], key=excess)
        if excess(inside) > mpf(10) ** -18:
            return None
        outside = high
        if excess(high) <= 0:
            inside = high
        else:
            for _ in range(50):
                middle = (inside + outside) / 2
                if excess(middle) <= 0:
                    inside = middle
                else:
                    outside = middle
        return a2 * inside + b2 * (inside + shift)

    low, high = max(mpf(0), detected - b2), min(a2, detected)
    best = max((v for v in (largest(low), largest(high)) if v is not None), default=None)
    if high > low:
        golden = (mp.sqrt(5) - 1) / 2
        x, y = high - golden * (high - low), low + golden * (high - low)
        fx, fy = largest(x), largest(y)
        for _ in range(45):
            if fx is None and fy is None:
                break
            if fy is None or (fx is not None and fx > fy):
                high, y, fy = y, x, fx
                x = high - golden * (high - low)
                fx = largest(x)
            else:
                low, x, fx = x, y, fy
                y = low + golden * (high - low)
                fy = largest(y)
        best = max(v for v in (best, fx, fy, mpf(-1)) if v is not None)
    if best is None or filtered <= 0:
        return mpf(0)
    leak = p["error_correction_efficiency"] * h(half(bit / filtered))
    return filtered * (1 - leak - h(bound(best / filtered)))


# MARK: Finite blocks


def sampling(log_terms, b, c, d):
    """Lim's gamma; no less than what the hypergeometric distribution leaves open."""
    if b >= 1:
        return mpf(1)
    gamma = mpf(0)
    if b > 0:
        spread = (c + d) / (c * d)
        inner = mp.log(spread / ((1 - b) * b), 2) + 2 * log_terms / mp.log(2)
        gamma = mp.sqrt(spread * (1 - b) * b / mp.log(2) * positive(inner))
    normal = b + gamma
    if normal >= 1:
        return mpf(1)
    k = b * c

    def divergence(x, y):
        first = x * mp.log(x / y) if x > 0 else mpf(0)
        return first + ((1 - x) * mp.log((1 - x) / (1 - y)) if x < 1 else 0)

    def excluded(r):
        m = k + r * d
        if m >= c + d:
            return True
        by_sample = c * divergence(k / c, m / (c + d))
        by_errors = m * divergence(k / m, c / (c + d))
        return max(by_sample, by_errors) >= log_terms

    low, high = b, mpf(1)
    for _ in range(120):
        middle = low + (high - low) / 2 if low >= high / 16 else high / 16
        if excluded(middle):
            high = middle
        else:
            low = middle
    return max(normal, high)


class Session:
    def __init__(self, p, names, probabilities):
        self.k = [p[n] for n in names]
        self.p = [p[n] for n in probabilities]
        self.below = p.get("counts_below_zero", 0) == 1
        eta = channel(p) * p["detector_efficiency"]
        d, ap = p["dark_count_probability"], p["afterpulse_probability"]
        e, q = p["misalignment"], p["basis_probability"]
        counts, errors = [], []
        for k, w in zip(self.k, self.p):
            arriving = 1 - mp.exp(-eta * k)
            click = 1 - (1 - 2 * d) * mp.exp(-eta * k)
            wrong = d + e * arriving + ap * click / 2
            per = click if p["plain_click_errors"] == 1 else click * (1 + ap)
            counts.append(q * q * w * click * (1 + ap))
            errors.append(counts[-1] * (wrong / per if per > 0 else mpf(1) / 2))
        total = sum(counts)
        self.empty = total <= 0
        if self.empty:
            return
        scale = p["block_size"] / total
        ratio = (1 - q) ** 2 / q**2
        self.n = [c * scale for c in counts]
        self.nw = [c * scale for c in errors]
        self.m = [c * ratio for c in self.n]
        self.mw = [c * ratio for c in self.nw]
        self.pulses = scale
        self.block = p["block_size"]
        self.tau = [sum(w * mp.exp(-k) * k**n for k, w in zip(self.k, self.p)) for n in (0, 1)]

    def scaled(self, counts, place, sign, log_terms):
        deviation = mp.sqrt(sum(counts) / 2 * log_terms)
        count = counts[place] + sign * deviation
        if not self.below:
            count = positive(count)
        return mp.exp(self.k[place]) / self.p[place] * count


def finite_length(p, s, vacuum, single, test, errors, terms):
    log_terms = mp.log(terms / p["epsilon_secrecy"])
    phase = mpf(1) / 2
    if test > 0 and single > 0:
        phase = bound(sampling(log_terms, positive(errors) / test, test, single))
    leak = s.block * p["error_correction_efficiency"] * h(half(sum(s.nw) / s.block))
    cost = 6 * log_terms / mp.log(2) + mp.log(2 / p["epsilon_correctness"], 2)
    length = positive(vacuum) + positive(single) * (1 - h(phase)) - leak - cost
    if phase >= mpf(1) / 2 or single <= 0:
        length = min(length, mpf(0)) + min(mpf(0), single)
    return mp.floor(length) / s.pulses if length >= 1 else mpf(0)


def finite_two(p):
    s = Session(
        p, ["intensity_1", "intensity_2", "intensity_3"],
        ["probability_1", "probability_2", "probability_3"])
    if s.empty:
        return mpf(0)
    logs = mp.log(21 / p["epsilon_secrecy"])
    a, b, c = s.k

    def vacuum(n):
        return s.tau[0] * (b * s.scaled(n, 2, -1, logs) - c * s.scaled(n, 1, 1, logs)) / (b - c)

    def single(n):
        v = positive(vacuum(n))
        inner = (
            s.scaled(n, 1, -1, logs) - s.scaled(n, 2, 1, logs)
            - (b**2 - c**2) / a**2 * (s.scaled(n, 0, 1, logs) - v / s.tau[0]))
        return s.tau[1] * a * inner / (a * (b - c) - b**2 + c**2)

    errors = s.tau[1] * (s.scaled(s.mw, 1, 1, logs) - s.scaled(s.mw, 2, -1, logs)) / (b - c)
    return finite_length(p, s, vacuum(s.n), single(s.n), single(s.m), errors, 21)


def finite_one(p):
    s = Session(p, ["intensity_1", "intensity_2"], ["probability_1", "probability_2"])
    if s.empty:
        return mpf(0)
    logs = mp.log(19 / p["epsilon_secrecy"])
    a, b = s.k

    def vacuum_limit(n, w):
        deviation = mp.sqrt(sum(n) / 2 * logs)
        by_intensity = [
            2 * (s.tau[0] * s.scaled(w, i, 1, logs) + deviation) for i in range(2)]
        return min(by_intensity + [2 * (sum(w) + deviation)])

    def single(n, w):
        inner = (
            s.scaled(n, 1, -1, logs) - b**2 / a**2 * s.scaled(n, 0, 1, logs)
            - (a**2 - b**2) / a**2 * vacuum_limit(n, w) / s.tau[0])
        return s.tau[1] * a / (b * (a - b)) * inner

    vacuum = s.tau[0] / (a - b) * (
        a * s.scaled(s.n, 1, -1, logs) - b * s.scaled(s.n, 0, 1, logs))
    errors = s.tau[1] / (a - b) * (s.scaled(s.mw, 0, 1, logs) - s.scaled(s.mw, 1, -1, logs))
    return finite_length(p, s, vacuum, single(s.n, s.nw), single(s.m, s.mw), errors, 19)


# MARK: Pairs of photons


def pairs(p):
    t, x = channel(p), p["relay_position"]
    ea = p["detector_efficiency"] * (t**x if x > 0 else 1)
    eb = p["detector_efficiency"] * (t ** (1 - x) if x < 1 else 1)
    y0 = 1 - (1 - p["dark_count_probability"]) ** 2
    l = p["mean_pairs"] / 2
    both = 1 + ea * l + eb * l - ea * eb * l
    gain = (
        1 - (1 - y0) / (1 + ea * l) ** 2 - (1 - y0) / (1 + eb * l) ** 2
        + (1 - y0) ** 2 / both**2)
    right = (
        2 * (mpf(1) / 2 - p["misalignment"]) * ea * eb * l * (1 + l)
        / ((1 + ea * l) * (1 + eb * l) * both))
    return gain, half(positive(mpf(1) / 2 - right / gain)) if gain > 0 else mpf(1) / 2


def bbm92(p):
    gain, e = pairs(p)
    return sifting(p) * gain * (1 - (1 + p["error_correction_efficiency"]) * h(e))


def e91(p):
    gain, e = pairs(p)
    s = 2 * mp.sqrt(2) * (1 - 2 * e)
    if s <= 2:
        return mpf(0)
    privacy = h((1 + mp.sqrt(min(mpf(1), (s / 2) ** 2 - 1))) / 2)
    part = 1 - p["error_correction_efficiency"] * h(e) - privacy
    return p["basis_probability"] * gain * part


# MARK: Relays


class Relay:
    def __init__(self, p):
        t, x = channel(p), p["relay_position"]
        self.a = p["detector_efficiency"] * (t**x if x > 0 else 1)
        self.b = p["detector_efficiency"] * (t ** (1 - x) if x < 1 else 1)
        self.d, self.e = p["dark_count_probability"], p["misalignment"]

    def single(self):
        a, b, d = self.a, self.b, self.d
        y = (1 - d) ** 2 * (
            a * b / 2 + (2 * a + 2 * b - 3 * a * b) * d + 4 * (1 - a) * (1 - b) * d * d)
        return y, y / 2 - (mpf(1) / 2 - self.e) * (1 - d) ** 2 * a * b / 2

    def x_basis(self, s, t):
        a, b = self.a * s, self.b * t
        x, y = mp.sqrt(a * b) / 2, (1 - self.d) * mp.exp(-(a + b) / 4)
        q = 2 * y**2 * (1 + 2 * y**2 - 4 * y * mp.besseli(0, x) + mp.besseli(0, 2 * x))
        w = q / 2 - 2 * (mpf(1) / 2 - self.e) * y**2 * (mp.besseli(0, 2 * x) - 1)
        return q, w

    def z_basis(self, s, t):
        a, b, d = self.a * s, self.b * t, self.d
        x, mu = mp.sqrt(a * b) / 2, a + b
        right = 2 * (1 - d) ** 2 * mp.exp(-mu / 2) * (
            (1 - (1 - d) * mp.exp(-a / 2)) * (1 - (1 - d) * mp.exp(-b / 2)))
        wrong = 2 * d * (1 - d) ** 2 * mp.exp(-mu / 2) * (
            mp.besseli(0, 2 * x) - (1 - d) * mp.exp(-mu / 2))
        return right + wrong, self.e * right + (1 - self.e) * wrong


def relay_rate(p, relay, mu, y11, error):
    q, w = relay.z_basis(mu, mu)
    leak = p["error_correction_efficiency"] * q * h(half(w / q)) if q > 0 else mpf(0)
    return mu * mu * mp.exp(-2 * mu) * positive(y11) * (1 - h(error)) - leak


def mdi_infinite(p, mu=None):
    relay = Relay(p)
    y, w = relay.single()
    if y <= 0:
        return mpf(0)
    return relay_rate(p, relay, p["mu"] if mu is None else mu, y, half(w / y))


def mdi_closed_form(p):
    relay = Relay(p)
    mu, nu, om = p["intensity_1"], p["intensity_2"], p["intensity_3"]

    def combination(a, gain):
        def q(s, t):
            return mp.exp(s + t) * gain(s, t)

        return q(a, a) + q(om, om) - q(a, om) - q(om, a)

    def y11(gain):
        first = (mu**2 - om**2) * (mu - om) * combination(nu, gain)
        second = (nu**2 - om**2) * (nu - om) * combination(mu, gain)
        return (first - second) / ((mu - om) ** 2 * (nu - om) ** 2 * (mu - nu))

    x = y11(lambda s, t: relay.x_basis(s, t)[0])
    if x <= 0:
        return mpf(0)
    errors = combination(nu, lambda s, t: relay.x_basis(s, t)[1]) / (nu - om) ** 2
    z = y11(lambda s, t: relay.z_basis(s, t)[0])
    return relay_rate(p, relay, mu, z, bound(errors / x))


def mdi_three_range(p):
    return mdi_closed_form(p), mdi_infinite(p, p["intensity_1"])


def mdi_finite_range(p):
    """Between nothing and what infinitely many decoys and rounds would give from the same pulses."""
    share = (p["basis_probability"] * p["probability_1"]) ** 2
    return mpf(0), share * positive(mdi_infinite(p, p["intensity_1"]))


# MARK: Twin field


def arm(p):
    return mp.sqrt(channel(p)) * p["detector_efficiency"]


def either(a, b):
    return a * (1 - b) + b * (1 - a)


def tf_lucamarini(p):
    c, mu, m = Pulses(p, arm(p)), p["mu"], p["phase_slices"]
    slice_error = mpf(1) / 2 - mp.sin(2 * mp.pi / m) / (4 * mp.pi / m)
    gain, y1 = c.gain(mu), c.photon_yield(1)
    if gain <= 0 or y1 <= 0:
        return mpf(0)
    e = either(half(c.errors(mu) / gain), slice_error)
    e1 = either(half(c.photon_errors(1) / y1), slice_error)
    leak = p["error_correction_efficiency"] * gain * h(e)
    return (y1 * mu * mp.exp(-mu) * (1 - h(bound(e1))) - leak) / m


def tf_pm(p):
    t, d, mu, m = arm(p), p["dark_count_probability"], p["mu"], p["phase_slices"]
    angle = mp.pi / m
    if p["published_slice_error"] == 1:
        e = angle - mp.sin(angle) ** 3 / angle**2
    else:
        e = (1 - (mp.sin(angle) / angle) ** 2) / 2
    e = either(e, p["misalignment"])
    gain = 1 - (1 - 2 * d) * mp.exp(-t * mu)
    if gain <= 0:
        return mpf(0)
    e_z = (d + t * mu * e) * mp.exp(-t * mu) / gain
    weight, k, odd, vacuum = mp.exp(-mu), 0, mpf(0), mpf(0)
    odd_errors = mpf(0)
    while k < 3 or weight > mpf(10) ** (-mp.dps):
        y = 1 - (1 - 2 * d) * (1 - t) ** k
        wrong = d * (1 - t) ** k + e * (1 - (1 - t) ** k)
        if k == 0:
            vacuum = weight * y / gain
        if k % 2 == 1:
            odd += weight * y / gain
            odd_errors += weight * wrong / gain
        k += 1
        weight *= mu / k
    e_x = vacuum / 2 + odd_errors + (1 - vacuum - odd)
    cost = h(bound(e_x)) + p["error_correction_efficiency"] * h(half(e_z))
    return 2 / m * gain * (1 - cost)


def sending(p):
    t, d, mu, s = arm(p), p["dark_count_probability"], p["mu"], p["sending_probability"]
    s00 = 2 * d * (1 - d)
    s01 = 2 * ((1 - d) * mp.exp(-mu * t / 2) - (1 - d) ** 2 * mp.exp(-mu * t))
    s11 = 2 * (
        (1 - d) * mp.exp(-mu * t) * mp.besseli(0, mu * t) - (1 - d) ** 2 * mp.exp(-2 * mu * t))
    y1 = (1 - d) * t + 2 * (1 - t) * d * (1 - d)
    w1 = (1 - d) * t * p["misalignment"] + (1 - t) * d * (1 - d)
    return (
        (1 - s) ** 2 * s00, s * s * s11, s * (1 - s) * s01,
        s * (1 - s) * mu * mp.exp(-mu) * y1, w1 / y1 if y1 > 0 else mpf(1) / 2)


def tf_sns(p):
    v, b, c, single, e1 = sending(p)
    gain = v + b + 2 * c
    if gain <= 0:
        return mpf(0)
    leak = p["error_correction_efficiency"] * gain * h(half((v + b) / gain))
    return 2 * single * (1 - h(bound(e1))) - leak


def tf_sns_aopp(p):
    v, b, c, single, e1 = sending(p)
    if c <= 0:
        return mpf(0)
    scale = min(c + b, c + v) / ((c + b) * (c + v))
    survivors = scale * (c * c + b * v)
    e1 = half(e1)
    leak = p["error_correction_efficiency"] * survivors * h(half(b * v / (c * c + b * v)))
    return scale * single**2 * (1 - h(bound(2 * e1 * (1 - e1)))) - leak


def tf_cal(p):
    t, d, al, e = arm(p), p["dark_count_probability"], p["amplitude"], p["misalignment"]
    gamma = t * al**2
    omega = 1 - 2 * e
    ok = (1 - d) * (mp.exp(-gamma * (1 - omega)) - (1 - d) * mp.exp(-2 * gamma))
    bad = (1 - d) * (mp.exp(-gamma * (1 + omega)) - (1 - d) * mp.exp(-2 * gamma))
    gain = (ok + bad) / 2
    if gain <= 0:
        return mpf(0)
    c, n = [mp.exp(-al * al / 2)], 0
    while len(c) < 6 or c[-1] > mpf(10) ** -30:
        n += 1
        c.append(c[-1] * al / mp.sqrt(n))
    size = len(c)

    def arrives(n, k):
        return mp.binomial(n, k) * t**k * (1 - t) ** (n - k)

    table = [[arrives(n, k) if k <= n else mpf(0) for k in range(size)] for n in range(size)]
    exits = [[mp.binomial(k + l, k) / mpf(2) ** (k + l) for l in range(size)] for k in range(size)]
    total = mpf(0)
    mixed = [[sum(table[n][k] * exits[k][l] for k in range(n + 1)) for l in range(size)]
             for n in range(size)]
    for parity in (0, 1):
        part = mpf(0)
        for n in range(parity, size, 2):
            for m in range(parity, size, 2):
                y = (1 - d) * (
                    sum(mixed[n][l] * table[m][l] for l in range(m + 1))
                    - (1 - d) * (1 - t) ** (n + m))
                part += c[n] * c[m] * mp.sqrt(positive(y))
        total += part**2
    cost = p["error_correction_efficiency"] * h(half(bad / (ok + bad)))
    return 2 * gain * (1 - cost - h(bound(total / gain)))


def mode_pairing(p):
    t, d, mu = arm(p), p["dark_count_probability"], p["mu"]
    clicks = [1 - (1 - 2 * d) * mp.exp(-t * mu * k) for k in range(3)]
    mean = (clicks[0] + 2 * clicks[1] + clicks[2]) / 4
    if mean <= 0:
        return mpf(0)
    found = 1 - (1 - mean) ** p["pairing_window"]
    pairing = 1 / (1 / (mean * found) + 1 / mean)
    w = [x / (4 * mean) for x in clicks]
    sifted = 2 * w[1] ** 2 + 2 * w[0] * w[2]
    y = [1 - (1 - 2 * d) * (1 - t) ** k for k in range(3)]
    q11 = (mu * mp.exp(-mu)) ** 2 * (2 * y[1] ** 2 + 2 * y[0] * y[2]) / (16 * mean**2 * sifted)
    relay = Relay({**p, "relay_position": mpf(0)})
    relay.a = relay.b = t
    y11, w11 = relay.single()
    e11 = half(w11 / y11) if y11 > 0 else mpf(1) / 2
    part = q11 * (1 - h(bound(e11))) - p["error_correction_efficiency"] * h(
        half(2 * w[0] * w[2] / sifted))
    return pairing * sifted * part


# MARK: Continuous variables


def leak(m, t, xi, eta, v_el, homodyne):
    """Eve's information by the printed formulas."""
    v = m + 1
    line = 1 / t - 1 + xi
    chi = (1 - eta + v_el) / eta if homodyne else (2 - eta + 2 * v_el) / eta
    a = v * v * (1 - 2 * t) + 2 * t + t * t * (v + line) ** 2
    b = t * t * (v * line + 1) ** 2
    total = line + chi / t
    scale = t * (v + total)
    if homodyne:
        c = (a * chi + v * mp.sqrt(b) + t * (v + line)) / scale
        d = mp.sqrt(b) * (v + mp.sqrt(b) * chi) / scale
    else:
        c = (a * chi**2 + b + 1 + 2 * chi * (v * mp.sqrt(b) + t * (v + line))
             + 2 * t * (v * v - 1)) / scale**2
        d = ((v + mp.sqrt(b) * chi) / scale) ** 2
    value = mpf(0)
    for s, q, sign in ((a, b, 1), (c, d, -1)):
        root = mp.sqrt(positive(s * s - 4 * q))
        for part in ((s + root) / 2, (s - root) / 2):
            value += sign * g((mp.sqrt(positive(part)) - 1) / 2)
    return value


def gaussian(p, homodyne):
    t, eta, v_el = channel(p), p["detector_efficiency"], p["electronic_noise"]
    xi = p["excess_noise"]
    if p["receiver_trusted"] != 1:
        xi = xi + ((1 if homodyne else 2) * v_el / (eta * t) if v_el > 0 else 0)
        t, eta, v_el = eta * t, mpf(1), mpf(0)
    return p["modulation_variance"], t, xi, eta, v_el


def information(m, t, xi, eta, v_el, homodyne):
    chi = (1 - eta + v_el) / eta if homodyne else (2 - eta + 2 * v_el) / eta
    total = 1 / t - 1 + xi + chi / t
    bits = mp.log((m + 1 + total) / (1 + total), 2)
    return bits / 2 if homodyne else bits


def gg02(p, homodyne):
    if channel(p) <= 0 or p["detector_efficiency"] <= 0:
        return mpf(0)
    setup = gaussian(p, homodyne)
    value = p["reconciliation_efficiency"] * information(*setup, homodyne) - leak(*setup, homodyne)
    return (1 - p["frame_error_rate"]) * value


def worst(setup, samples, z):
    m, t, xi, eta, v_el = setup
    signal = eta * t
    variance = 1 + v_el + signal * xi
    least = mp.sqrt(signal) - z * mp.sqrt(variance / (samples * m))
    if least <= 0:
        return None
    most = variance * (1 + z * mp.sqrt(2 / samples))
    return leak(m, min(mpf(1), least**2 / eta), (most - 1 - v_el) / least**2, eta, v_el, True)


def finite_gaussian(p, composable):
    if channel(p) <= 0 or p["detector_efficiency"] <= 0 or p["modulation_variance"] <= 0:
        return mpf(0)
    setup = gaussian(p, True)
    total, part = p["block_size"], p["estimation_fraction"]
    n = total * (1 - part)
    eps = p["epsilon_secrecy"] / 3
    kept = 1 - p["frame_error_rate"]
    if n <= 0 or part <= 0 or kept <= 0:
        return mpf(0)
    two_sided = 2 * eps if composable else eps
    guess = math.sqrt(max(0.0, -2 * math.log(float(two_sided)) - 1)) + 0.3
    z = mp.findroot(lambda x: mp.log(mp.erfc(x / mp.sqrt(2))) - mp.log(two_sided), guess)
    holevo = worst(setup, total * part, z)
    if holevo is None:
        return mpf(0)
    secret = p["reconciliation_efficiency"] * information(*setup, True) - holevo
    if composable:
        smoothing = 4 * mp.log(mp.sqrt(32) + 2, 2) * mp.sqrt(
            positive(mp.log(18 / (kept**2 * eps**4), 2)))
        hashing = mp.log(kept * (1 - eps**2 / 3), 2) + 2 * mp.log(mp.sqrt(2) * eps, 2)
        return kept * (1 - part) * (secret - smoothing / mp.sqrt(n) + hashing / n)
    penalty = 7 * mp.sqrt(mp.log(2 / eps, 2) / n) + 2 / n * mp.log(1 / eps, 2)
    return kept * (1 - part) * (secret - penalty)


def two_modes(v, w, z, of_first):
    """S(both) − S(one | heterodyne outcome of the other)."""
    product, gap = v * w - z * z, abs(v - w)
    total = mp.sqrt(gap**2 + 4 * product)
    given = v - z * z / (1 + w) if of_first else w - z * z / (1 + v)
    return g(((total + gap) / 2 - 1) / 2) + g(((total - gap) / 2 - 1) / 2) - g((given - 1) / 2)


def cv_mdi(p):
    tr, x, m = channel(p), p["relay_position"], p["modulation_variance"]
    ta = p["detector_efficiency"] * (tr**x if x > 0 else 1)
    tb = p["detector_efficiency"] * (tr ** (1 - x) if x < 1 else 1)
    if ta <= 0 or tb <= 0 or m <= 0:
        return mpf(0)
    v, xi = m + 1, p["excess_noise"]
    theta = (ta + tb) * v + 2 - ta - tb + (ta + tb) * xi
    c2 = v * v - 1
    a, b, z = v - ta * c2 / theta, v - tb * c2 / theta, mp.sqrt(ta * tb) * c2 / theta
    info = mp.log((a + 1) / (a + 1 - z * z / (b + 1)), 2)
    holevo = two_modes(b, a, z, True) if x <= mpf(1) / 2 else two_modes(a, b, z, True)
    return (1 - p["frame_error_rate"]) * (p["reconciliation_efficiency"] * info - holevo)


def psk_information(size, radius):
    """Mutual information of states on a circle in noise of variance 1 a quadrature."""
    points = [(radius * mp.cos(2 * mp.pi * k / size), radius * mp.sin(2 * mp.pi * k / size))
              for k in range(size)]
    if size == 4:
        a = radius / mp.sqrt(2)
        step = mpf(1) / 16
        total = mpf(0)
        for i in range(-200, 201):
            n = i * step
            # ln cosh(a(a+n)), in as many digits as there are.
            total += mp.exp(-n * n / 2) * mp.log(mp.cosh(a * (a + n)))
        return 2 * (a * a - total * step / mp.sqrt(2 * mp.pi)) / mp.log(2)
    step, reach = mpf(1) / 5, 50
    total = mpf(0)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            x, y = i * step, j * step
            if x * x + y * y > 100:
                continue
            mean = sum(
                mp.exp(-(x * (radius - q[0]) - y * q[1])
                       - ((radius - q[0]) ** 2 + q[1] ** 2) / 2) for q in points) / size
            total += mp.exp(-(x * x + y * y) / 2) * mp.log(mean)
    return -total * step * step / (2 * mp.pi) / mp.log(2)


def cv_psk(p):
    size, al = int(p["constellation_size"]), p["amplitude"]
    t, xi, eta = channel(p), p["excess_noise"], p["detector_efficiency"]
    if t <= 0 or eta <= 0 or al <= 0:
        return mpf(0)
    v_el = p["electronic_noise"]
    xi = xi + (2 * v_el / (eta * t) if v_el > 0 else 0)
    t = eta * t
    weights, n, term = [mpf(0)] * size, 0, mp.exp(-al * al)
    while n < size or term > mpf(10) ** (-2 * mp.dps):
        weights[n % size] += term
        n += 1
        term *= al * al / n
    if min(weights) <= mpf(10) ** -290:
        return mpf(0)
    before = [weights[k - 1] for k in range(size)]
    overlap = al**2 * sum(b**1.5 / mp.sqrt(w) for b, w in zip(before, weights))
    power = al**2 * sum(b * b / w for b, w in zip(before, weights))
    spread = power - (overlap / al) ** 2
    m = 2 * al * al
    limit = mp.sqrt(t * m * (m + 2))
    z = min(limit, positive(
        2 * mp.sqrt(t) * overlap - mp.sqrt(positive(2 * t * xi * spread))))
    holevo = two_modes(1 + m, 1 + t * (m + xi), z, True)
    radius = mp.sqrt(2 * t) * al / mp.sqrt(1 + t * xi / 2)
    value = p["reconciliation_efficiency"] * psk_information(size, radius) - holevo
    return (1 - p["frame_error_rate"]) * value


PROTOCOLS = {
    "bb84-single-photon": bb84_single_photon, "bb84-gllp": bb84_gllp,
    "bb84-decoy-infinite": bb84_decoy_infinite,
    "bb84-decoy-vacuum-weak": bb84_decoy_vacuum_weak, "bb84-decoy-two": bb84_decoy_two,
    "bb84-decoy-finite-two": finite_two, "bb84-decoy-finite-one": finite_one,
    "six-state": six_state, "sarg04": sarg04, "b92": b92, "bbm92": bbm92,
    "e91-device-independent": e91, "mdi-infinite": mdi_infinite,
    "mdi-three-intensity": mdi_three_range, "mdi-closed-form": mdi_closed_form,
    "mdi-finite": mdi_finite_range, "tf-lucamarini": tf_lucamarini, "tf-pm": tf_pm,
    "tf-sns": tf_sns, "tf-sns-aopp": tf_sns_aopp, "tf-cal": tf_cal,
    "mode-pairing": mode_pairing,
    "cv-gg02-homodyne": lambda p: gg02(p, True), "cv-gg02-heterodyne": lambda p: gg02(p, False),
    "cv-gg02-finite": lambda p: finite_gaussian(p, False),
    "cv-gg02-composable": lambda p: finite_gaussian(p, True), "cv-psk": cv_psk,
    "cv-mdi": cv_mdi,
}


# MARK: Parameters


def catalog(qsim, protocol):
    """Name, default and range of each parameter."""
    text = subprocess.run(
        [qsim, "catalog", "protocols", protocol, "--json"], capture_output=True, text=True,
        check=True).stdout
    return json.loads(text)


# Names that are drawn over decades, with the smallest value worth drawing; others are drawn evenly.
DECADES = {
    "dark_count_probability": 1e-12, "misalignment": 1e-6, "mu": 1e-6, "nu": 1e-6,
    "intensity_1": 1e-3, "intensity_2": 1e-6, "intensity_3": 1e-8, "mean_pairs": 1e-6,
    "block_size": 1e3, "epsilon_secrecy": 1e-300, "epsilon_correctness": 1e-300,
    "modulation_variance": 1e-4, "excess_noise": 1e-12, "electronic_noise": 1e-12,
    "pairing_window": 1.0, "sending_probability": 1e-6, "amplitude": 1e-3, "g2": 1e-9,
    "loss_db_per_km": 1e-3, "afterpulse_probability": 1e-6, "transmittance": 1e-20,
    "frame_error_rate": 1e-6, "phase_slices": 2.0,
}


def draw(generator, name, default, low, high, whole, wildness):
    kind = generator.random()
    if name == "transmittance" and kind < 0.8:
        return None
    if generator.random() > wildness and default is not None:
        # Near the default, where key is.
        value = default * math.exp(generator.gauss(0, 0.3))
        if generator.random() < 0.4:
            value = default
    elif kind < 0.12:
        value = low
    elif kind < 0.15:
        value = high
    elif name in DECADES and kind < 0.9:
        least = max(low, DECADES[name])
        value = math.exp(generator.uniform(math.log(least), math.log(high)))
    else:
        value = generator.uniform(low, high)
    value = min(high, max(low, float(f"{value:.5g}")))
    return float(round(value)) if whole else value


def distances(generator, count):
    values = [0.0]
    while len(values) < count:
        kind = generator.random()
        if kind < 0.5:
            values.append(generator.uniform(0, 150))
        elif kind < 0.8:
            values.append(generator.uniform(150, 1000))
        else:
            values.append(math.exp(generator.uniform(math.log(1e-3), math.log(2000))))
    return sorted({float(f"{v:.6g}") for v in values})


def settled(values, generator):
    """Makes values fit together as the protocols ask."""
    if "probability_1" in values:
        names = [n for n in ("probability_1", "probability_2", "probability_3") if n in values]
        parts = [-math.log(1 - generator.random()) for _ in names]
        parts[0] *= generator.choice([1, 1, 5, 20])
        for name, part in zip(names, parts):
            values[name] = float(f"{part / sum(parts):.4f}")
        values[names[0]] += 1 - sum(values[n] for n in names)
        if min(values[n] for n in names) <= 0:
            return settled(values, generator)
    if "intensity_1" in values and "intensity_2" in values:
        low, middle, high = sorted(
            [values["intensity_1"], values["intensity_2"], values.get("intensity_3", 0.0)])
        middle = min(middle, 4.0)
        low = min(low, middle)
        values["intensity_1"], values["intensity_2"] = max(high, (low + middle) * 1.001), middle
        if "intensity_3" in values:
            values["intensity_3"] = low if low < middle else low / 2
        if middle <= 0:
            values["intensity_2"] = values["intensity_1"] / 5
    if "nu" in values:
        mu = max(values["mu"], values["nu"], 1e-6)
        nu = min(values["mu"], values["nu"])
        values["mu"], values["nu"] = mu, nu
        if nu >= mu:
            values["nu"] = mu / 7
        if values["nu"] <= 0:
            values["nu"] = mu / 1000
    if "g2" in values:
        values["g2"] = min(values["g2"], 1 / max(values["brightness"], 1e-9), 1.0)
    return values


def calls(protocol, parameters, sets, seed, each):
    """Settings and distances, until there are enough sets."""
    generator = random.Random(f"{protocol} {seed}")
    made = 0
    while made < sets:
        # Most sets stray from the defaults in a few parameters, some in all of them.
        wildness = generator.choice([0.05, 0.15, 0.3, 0.6, 1.0])
        values = {}
        for name, default, low, high, whole in parameters:
            if protocol == "tf-cal" and name.startswith("intensity"):
                continue
            if name == "repetition_rate_hz":
                continue
            value = draw(generator, name, default, low, high, whole, wildness)
            if value is not None:
                values[name] = value
        values = settled(values, generator)
        if protocol == "cv-psk":
            # Sums over the plane take as long as there are states.
            values["constellation_size"] = float(generator.choice([4, 4, 4, 4, 4, 4, 4, 4, 4, 3]))
        if protocol == "b92":
            values["amplitude"] = min(0.7, max(1e-3, values["amplitude"]))
        where = [0.0] if "transmittance" in values else distances(generator, each)
        made += len(where)
        yield values, where


def fields(protocol, values, distance):
    p = {name: mpf(value) for name, value in values.items() if value is not None}
    p["distance"] = mpf(distance)
    return p


def truth(job):
    protocol, values, distance = job
    loss = 0.0
    if values.get("transmittance") is not None:
        loss = -10 * math.log10(values["transmittance"]) if values["transmittance"] > 0 else 4000
    else:
        loss = min(4000.0, values["loss_db_per_km"] * distance)
    # Textbook forms lose digits with the loss, some of them twice, and with large variances.
    mp.dps = DIGITS + int(0.45 * loss) + (20 if protocol.startswith("cv") else 0)
    if protocol == "b92":
        mp.dps = 40
    value = PROTOCOLS[protocol](fields(protocol, values, distance))
    if isinstance(value, tuple):
        return tuple(mp.nstr(positive(v), 30) for v in value)
    return mp.nstr(positive(value), 30)


def rows(qsim, protocol, values, where):
    command = [qsim, "qkd", "rate", "--protocol", protocol, "--json", "--threads", "1",
               "--distance", ",".join(map(repr, where))]
    for name, value in values.items():
        command += ["--set", f"{name}={value!r}"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        return None, result.stderr
    return json.loads(result.stdout)["rows"], ""


def check(protocol, qsim, parameters, sets, seed, pool, each, fixture):
    worst_error, above, count, with_key, missed, refused = 0.0, 0, 0, 0, 0, 0
    missed_exactly, asked = 0, 0
    jobs, printed = [], []
    for values, where in calls(protocol, parameters, sets, seed, each):
        asked += 1
        found, message = rows(qsim, protocol, values, where)
        if found is None:
            refused += 1
            if refused < 4:
                print(f"  {protocol}: refused: {message.strip().splitlines()[0]}")
            continue
        for row in found:
            jobs.append((protocol, row["parameters"], row["distance_km"]))
            printed.append(row["rate_bit_per_pulse"])
    bad = []
    for job, ours, exact in zip(jobs, printed, pool.map(truth, jobs, chunksize=16)):
        count += 1
        low, high = (exact, exact) if isinstance(exact, str) else exact
        low, high = mpf(low), mpf(high)
        with_key += ours > 0
        if fixture is not None:
            fixture.append((job, ours, low, high))
        if ours == 0:
            # Near the smallest number there is, nothing is printed.
            if low > SMALLEST:
                missed += 1
                missed_exactly += isinstance(exact, str)
                bad.append((mpf(0), ours, low, high, job))
            continue
        over = mpf(ours) / high - 1 if high > 0 else mpf("inf")
        under = 1 - mpf(ours) / low if low > 0 else mpf(0)
        error = max(over, under)
        worst_error = max(worst_error, float(error))
        if error > TOLERANCE:
            above += over > TOLERANCE
            bad.append((error, ours, low, high, job))
    print(
        f"{protocol:24} {count:6} sets, {with_key:5} with key, worst {worst_error:.1e}, "
        f"{above} above the truth, {missed} missed, {refused} refused", flush=True)
    bad.sort(key=lambda entry: -entry[0])
    for error, ours, low, high, (_, values, distance) in bad[:3]:
        settings = " ".join(
            f"--set {k}={v!r}" for k, v in values.items()
            if v is not None and k != "repetition_rate_hz")
        print(f"  {mp.nstr(error, 3)}: printed {ours!r}, right {mp.nstr(low, 17)}"
              + ("" if low == high else f"…{mp.nstr(high, 17)}")
              + f": --protocol {protocol} {settings} --distance {distance!r}")
    # A refusal checks nothing, and a key in closed form is never missed.
    if refused > asked * MOST_REFUSED or not count:
        print(f"  {protocol}: {refused} of {asked} settings are refused: too little is checked")
        return False, fixture
    return not missed_exactly and not [entry for entry in bad if entry[1] > 0], fixture


def parameters_of(qsim, protocol):
    record = catalog(qsim, protocol)
    entries = record.get("parameters") or record["rows"][0]["parameters"]
    result = []
    for entry in entries:
        low, high = entry["minimum"], entry["maximum"]
        whole = entry.get("kind") in ("count", "flag")
        result.append((entry["name"], entry["default"], low, high, whole))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qsim", required=True)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--protocols", default=",".join(PROTOCOLS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", help="write parameters and true rates here")
    arguments = parser.parse_args()
    holds = True
    lines = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for protocol in arguments.protocols.split(","):
            parameters = parameters_of(arguments.qsim, protocol)
            sets = max(50, arguments.sets // FEWER.get(protocol, 1))
            kept = [] if arguments.write else None
            # A fixture is of many settings, not of many distances.
            each = 3 if arguments.write else 10
            good, kept = check(
                protocol, arguments.qsim, parameters, sets, arguments.seed, pool, each, kept)
            holds = holds and good
            if kept:
                names = [p[0] for p in parameters if p[0] != "repetition_rate_hz"]
                lines.append(",".join([protocol, "distance_km"] + names + ["least", "most"]))
                for (_, values, distance), _, low, high in kept:
                    cells = [repr(distance)] + [
                        "" if values.get(n) is None else repr(values[n]) for n in names]
                    lines.append(",".join(cells + [mp.nstr(low, 17), mp.nstr(high, 17)]))
    if arguments.write:
        with open(arguments.write, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
