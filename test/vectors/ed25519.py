"""ed25519 as in RFC 8032, in plain Python: slow, not safe against timing, and only for vectors."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def number(data):
    return int.from_bytes(data, "little")


def sha512(data):
    return number(hashlib.sha512(data).digest())


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(factor, point):
    sum_ = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            sum_ = add(sum_, point)
        point, factor = add(point, point), factor >> 1
    return sum_


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = x_of(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def packed(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expanded(seed):
    digest = hashlib.sha512(seed).digest()
    return number(digest[:32]) & (1 << 254) - 8 | 1 << 254, digest[32:]


def public_key(seed):
    return packed(times(expanded(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = expanded(seed)
    r = sha512(prefix + message) % ORDER
    commitment = packed(times(r, BASE))
    challenge = sha512(commitment + public_key(seed) + message) % ORDER
    return commitment + ((r + challenge * scalar) % ORDER).to_bytes(32, "little")
