"""Example tokens that must fail, each with the one finding that a check has to give."""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a token, on purpose."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    NO_KID = "no-kid"
    UNKNOWN_KID = "unknown-kid"
    WRONG_KEY = "wrong-key"
    NO_SUB = "no-sub"
    ALG_NONE = "alg-none"
    HS256 = "hs256"

    @property
    def finding(self) -> str:
        """The code that `check token` gives, and no other."""
        return _FINDINGS[self]


_FINDINGS = {
    Fault.EXPIRED: "expired",
    Fault.NOT_YET_VALID: "not_yet_valid",
    Fault.NO_KID: "missing_kid",
    Fault.UNKNOWN_KID: "kid_not_in_jwks",
    Fault.WRONG_KEY: "bad_signature",
    Fault.NO_SUB: "missing_sub",
    Fault.ALG_NONE: "alg_none",
    Fault.HS256: "symmetric_alg",
}
