"""What can go wrong on the way to a body: each with its code of reference/findings.md."""

import errno
import ssl
from collections.abc import Iterator

import httpcore


class FetchError(Exception):
    """Nothing usable came back.

    `code` is the finding's; `url` is the address that was being asked, which after `hops`
    redirects is another than the given one. Holds no address, body or timing.
    """

    def __init__(self, code: str, url: str = "", hops: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.url = url
        self.hops = hops


class Refused(FetchError):  # noqa: N818 - a name that outside tests use
    """The guard lets nobody go there: nothing was sent."""


_BY_VERIFY_CODE = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_self_signed",
    19: "tls_self_signed",  # a root of one's own, sent along
    20: "tls_incomplete_chain",
    21: "tls_incomplete_chain",
    62: "tls_wrong_host",
    64: "tls_wrong_host",
}
_TOO_OLD = (
    "UNSUPPORTED_PROTOCOL",
    "PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "DH_KEY_TOO_SMALL",
)
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
    "BAD_RECORD_TYPE",
    "UNEXPECTED_MESSAGE",
)
_DROPPED = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ESHUTDOWN}


def code_of(error: Exception, *, answered: bool) -> str:
    """Return the code for what the HTTP client raised; `answered`: the head had come already."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return _BY_VERIFY_CODE.get(cause.verify_code, "tls_untrusted")
            case ssl.SSLWantReadError() | ssl.SSLWantWriteError():
                continue  # anyio's own loop, not a fault
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
                return "connection_reset"
            case ssl.SSLError():
                return _tls_code(cause.reason or "")
            case ConnectionRefusedError():
                return "connection_refused"
            case OSError() if cause.errno in _DROPPED:
                return "connection_reset"
    return _plain_code(error, answered=answered)


def _plain_code(error: Exception, *, answered: bool) -> str:
    match error:
        case httpcore.ConnectTimeout() | httpcore.PoolTimeout():
            return "connect_timeout"
        case httpcore.TimeoutException():
            return "read_timeout"
        case httpcore.RemoteProtocolError():
            return _protocol_code(str(error), answered=answered)
        case httpcore.ConnectError() if any(isinstance(one, OSError) for one in _causes(error)):
            return "connect_timeout"  # no route: no connection in any time
        case _:
            return "connection_reset"


def _protocol_code(said: str, *, answered: bool) -> str:
    """Tell what h11 means; it has one exception for everything."""
    if "without sending a response" in said:
        return "connection_reset"
    if answered and "without sending complete message body" in said:
        return "truncated_body"
    return "headers_too_large" if "too long" in said else "not_http"


def _tls_code(reason: str) -> str:
    if any(part in reason for part in _TOO_OLD):
        return "tls_too_old"
    if any(part in reason for part in _NOT_TLS):
        return "tls_not_spoken"
    if "UNRECOGNIZED_NAME" in reason:
        return "tls_wrong_host"
    return "connection_reset" if "UNEXPECTED_EOF" in reason else "tls_untrusted"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what it came from, the outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
