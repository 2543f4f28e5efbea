"""Finding: what every check answers with, and the one vocabulary of codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Step(StrEnum):
    """Where in its ladder a check saw something; a ladder is climbed in this order."""

    ADDRESS = "address"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    HTTP = "http"
    BODY = "body"
    KEYS = "keys"
    TOKEN = "token"  # noqa: S105 - a step of the ladder
    HEADER = "header"
    LOOKUP = "lookup"
    KEY = "key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    LINK = "link"
    CLIENT = "client"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check saw, and what to do about it."""

    code: str  # stable name: reference/findings.md
    severity: Severity
    step: str  # where in the ladder
    detail: str  # what was seen; never a secret, never a private address
    remedy: str = ""  # what the reader should do


def finding(code: str, detail: str, remedy: str = "", *, step: Step | None = None) -> Finding:
    """Return a finding with the severity of its code, at its usual step or the given one."""
    severity, usual = _rank(code)
    return Finding(code, severity, step or usual, detail, remedy)


def ok_of(findings: Iterable[Finding]) -> bool | None:
    """Return False with an error, None when it could not be checked, otherwise True."""
    seen = list(findings)
    if any(one.severity is Severity.ERROR for one in seen):
        return False
    return None if any(one.code in NOT_CHECKED for one in seen) else True


def usual_steps() -> dict[str, Step]:
    """Return every code of the vocabulary, but for http_<status>, with its usual step."""
    return {
        code: step for steps in _CODES.values() for step, codes in steps.items() for code in codes
    }


def _rank(code: str) -> tuple[Severity, Step]:
    if code.startswith("http_") and code[5:].isdigit():
        return Severity.ERROR, Step.HTTP
    for severity, steps in _CODES.items():
        for step, codes in steps.items():
            if code in codes:
                return severity, step
    raise KeyError(code)


# Findings that say "cannot be checked now" (ok is null).
NOT_CHECKED = frozenset({"anon_rate_limited", "anon_unavailable"})

# Each code of reference/findings.md once, by severity and usual step; http_<status> besides.
_CODES: dict[Severity, dict[Step, frozenset[str]]] = {
    severity: {step: frozenset(codes.split()) for step, codes in steps.items()}
    for severity, steps in {
        Severity.ERROR: {
            Step.ADDRESS: (
                "private_address url_malformed url_too_long url_bad_port url_bad_scheme"
                " url_has_credentials http_not_https"
            ),
            Step.DNS: "dns_failure",
            Step.CONNECT: "connection_refused connect_timeout",
            Step.TLS: (
                "tls_too_old tls_self_signed tls_expired tls_not_yet_valid tls_wrong_host"
                " tls_incomplete_chain tls_untrusted tls_not_spoken"
            ),
            Step.HTTP: (
                "connection_reset not_http read_timeout headers_too_large"
                " redirect_loop too_many_redirects redirect_bad_location redirect_to_http"
                " redirect_to_private basic_auth_needed waf_block login_page"
                " tunnel_interstitial tunnel_offline"
            ),
            Step.BODY: (
                "slow_body body_too_large decompressed_too_large bad_content_encoding"
                " truncated_body github_blob_page jwks_html empty_body bom not_utf8"
                " jwks_not_json jwks_is_openid_config jwks_is_single_jwk jwks_is_x509_map"
                " jwks_is_pem jwks_double_encoded jwks_no_keys empty_jwks"
            ),
            Step.KEYS: (
                "private_key_in_jwks oct_key_in_jwks duplicate_kid jwk_missing_kid"
                " jwk_kid_not_string weak_key invalid_jwk use_not_sig unsupported_kty"
                " inconsistent_keys"
            ),
            Step.TOKEN: ("not_a_jwt malformed not_base64url encrypted_token missing_signature"),
            Step.HEADER: (
                "missing_alg alg_none symmetric_alg unsupported_alg unsupported_crit"
                " missing_kid kid_not_string"
            ),
            Step.LOOKUP: "kid_not_in_jwks",
            Step.KEY: "alg_mismatch",
            Step.SIGNATURE: "bad_signature",
            Step.CLAIMS: (
                "expired not_yet_valid iat_in_future time_in_milliseconds claim_wrong_type"
                " missing_sub missing_exp"
            ),
            Step.LINK: (
                "link_revoked link_unknown not_linked no_key_for_environment"
                " anon_forbidden anon_unauthorized"
            ),
            Step.CLIENT: "client_not_found client_is_service client_pool_mismatch",
            Step.POOL: "pool_not_found token_not_for_pool",
        },
        Severity.WARNING: {
            Step.HTTP: "flapping content_type_not_json cache_too_long",
            Step.CLAIMS: "missing_iss missing_aud missing_iat",
            Step.LINK: "anon_rate_limited anon_unavailable app_unknown",
        },
        Severity.INFO: {
            Step.HTTP: "redirected cache_control_missing suggest_jwks_uri",
            Step.KEYS: "two_signing_keys unknown_kty_ignored",
            Step.LOOKUP: "signature_not_checked",
            Step.POOL: "pool_hosted pool_jwks client_pool_unknown",
        },
        Severity.OK: {
            Step.KEYS: "ok",
            Step.LINK: "linked",
            Step.CLIENT: "client_found",
            Step.POOL: "pool_found",
        },
    }.items()
}
