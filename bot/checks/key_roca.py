"""ROCA (CVE-2017-15361): RSA keys of a faulty chip, told by a fingerprint of their modulus."""

_PRIMES = tuple(p for p in range(3, 168) if all(p % q for q in range(2, p)))


def _powers(prime: int) -> frozenset[int]:
    """Return what 65537 generates modulo a prime."""
    seen = {1}
    power = 65537 % prime
    while power not in seen:
        seen.add(power)
        power = power * 65537 % prime
    return frozenset(seen)


_SUBGROUPS = tuple((prime, _powers(prime)) for prime in _PRIMES)


def is_roca(modulus: int) -> bool:
    """Tell whether a modulus has the fingerprint; one honest key in 2**27 and fewer does too.

    Both primes of such a key are powers of 65537 modulo many small primes, so their product is
    (Nemec et al., "The Return of Coppersmith's Attack", section 2.2).
    """
    return all(modulus % prime in powers for prime, powers in _SUBGROUPS)
