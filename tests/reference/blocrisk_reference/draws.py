"""Random words by address, and the rules that turn a word into a decision, a pick, a uniform or a normal.

A word is a pure function of (seed, path, stream, block); a stream is the hash of a tag "purpose|name|...".
Arrays are [path] or [path, stream].
"""

import numpy as np
from scipy.special import ndtri

MASK32 = np.uint64(0xFFFFFFFF)
SHIFT32 = np.uint64(32)
PHILOX_M0, PHILOX_M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)  # Salmon et al., SC11, table 2
PHILOX_W0, PHILOX_W1 = 0x9E3779B9, 0xBB67AE85
CERTAIN = 2**31  # threshold on (word >> 1) that every word is below


def philox4x32_10(counter, key):
    """Ten rounds of Philox4x32. counter: four uint64 arrays holding 32-bit values; key: two ints."""
    c0, c1, c2, c3 = (np.asarray(c, dtype=np.uint64) for c in counter)
    k0, k1 = key
    for _ in range(10):
        product0, product1 = PHILOX_M0 * c0, PHILOX_M1 * c2
        c0, c1, c2, c3 = (
            (product1 >> SHIFT32) ^ c1 ^ np.uint64(k0),
            product1 & MASK32,
            (product0 >> SHIFT32) ^ c3 ^ np.uint64(k1),
            product0 & MASK32,
        )
        k0, k1 = (k0 + PHILOX_W0) & 0xFFFFFFFF, (k1 + PHILOX_W1) & 0xFFFFFFFF
    return c0, c1, c2, c3


def stream_of(*names):
    """FNV-1a of the tag's bytes, then the finalizer of MurmurHash3."""
    h = 0x811C9DC5
    for byte in "|".join(names).encode("utf-8"):
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ (h >> 16)


class Draws:
    """All words of a range of paths under one seed."""

    def __init__(self, seed, first_path, n_paths):
        self.key = (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF)
        self.paths = np.arange(first_path, first_path + n_paths, dtype=np.uint64)
        self.n_paths = n_paths

    def words(self, names, block=0):
        """The four words [path] of one address."""
        stream = np.full(self.n_paths, stream_of(*names), dtype=np.uint64)
        counter = (np.full_like(stream, block), stream, self.paths & MASK32, self.paths >> SHIFT32)
        return philox4x32_10(counter, self.key)


class StepWords:
    """Streams read once per step: block = step / 4, word = step % 4. Gives [path, stream]."""

    def __init__(self, draws, tags):
        self.draws = draws
        self.streams = np.array([stream_of(*tag) for tag in tags], dtype=np.uint64)
        self.block, self.cached = None, None

    def at(self, step):
        block = step // 4
        if block != self.block:
            shape = (self.draws.n_paths, len(self.streams))
            stream = np.broadcast_to(self.streams, shape)
            path = np.broadcast_to(self.draws.paths[:, None], shape)
            counter = (np.full(shape, block, np.uint64), stream, path & MASK32, path >> SHIFT32)
            self.block, self.cached = block, philox4x32_10(counter, self.draws.key)
        return self.cached[step % 4]


def happens(word, probability):
    """True with the given probability: 0 is never, 1 is certain."""
    threshold = np.rint(np.asarray(probability, dtype=float) * CERTAIN)  # rint: halves to even
    return (word >> np.uint64(1)).astype(float) < threshold


def happens_truncated(word, probability):
    """As `happens`, for the one probability that is computed on the path: its threshold is truncated."""
    return (word >> np.uint64(1)).astype(float) < np.floor(probability * CERTAIN)


def pick_thresholds(weights):
    """Cumulative normalised weights [..., k] as thresholds on (word >> 1)."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float), axis=-1)
    thresholds = np.rint(cumulative / cumulative[..., -1:] * CERTAIN)
    thresholds[..., -1] = CERTAIN
    return thresholds


def pick(word, thresholds):
    """First k with (word >> 1) < threshold_k; thresholds [k], or [path, k]."""
    return ((word >> np.uint64(1)).astype(float)[:, None] >= thresholds).sum(axis=1)


def uniform(word):
    return ((word >> np.uint64(9)).astype(float) + 0.5) * 2.0**-23


def exponential(word, mean):
    return -mean * np.log(uniform(word))


def normal(word):
    magnitude = (word & np.uint64(0x7FFFFFFF)).astype(float)
    z = -ndtri((magnitude + 0.5) * 2.0**-32)
    return np.where(word >> np.uint64(31) == 1, -z, z)
