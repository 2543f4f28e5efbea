"""What is said when an address cannot be asked, or does not answer as it should."""

from bot.checks.finding import Finding, finding
from bot.checks.shown import shown_url
from bot.guard import FetchError

_PUBLIC = "Anon fetches the JWK Set over the internet, so it needs a public https address."
_CHAIN = "Check with `openssl s_client -connect HOST:443 -servername HOST`."

# code: what was seen, what to do.
TEXTS: dict[str, tuple[str, str]] = {
    "private_address": (
        (
            "The host is not public: it is, or its DNS answers hold, a loopback, private or"
            " otherwise special address. Nothing was sent."
        ),
        f"{_PUBLIC} For a server on your own machine use a tunnel or a preview deployment.",
    ),
    "url_malformed": (
        (
            "The address cannot be read in one way only: a wrong or invisible character, a host"
            " of one label, or a half-numeric host."
        ),
        "Copy it again as https://host.example/path; write an international name in punycode.",
    ),
    "url_too_long": (
        "The address has more than 2,048 characters.",
        "Give the plain address of the JWK Set.",
    ),
    "url_bad_port": (
        "The address names a port other than 443 or 8443.",
        "Serve the JWK Set on the usual https port, 443.",
    ),
    "url_bad_scheme": (
        "The address does not begin with https://.",
        "Give the whole address: https://host.example/.well-known/jwks.json",
    ),
    "url_has_credentials": (
        "The address holds a user name or a password. It was not used.",
        "Serve the public keys without a login, and change that password: it was pasted.",
    ),
    "http_not_https": (
        "The address begins with http://; nothing was sent: keys could be swapped on the way.",
        "Serve it over https, and give that address.",
    ),
    "dns_failure": (
        "The name of the host does not resolve.",
        (
            "Check its spelling and its DNS record (A, AAAA or CNAME), from outside your network:"
            " `dig HOST @1.1.1.1`."
        ),
    ),
    "connection_refused": (
        "The host refuses connections on that port.",
        "Start the server, or open the port to the internet in its firewall.",
    ),
    "connect_timeout": (
        "No connection could be made in time.",
        (
            "Open the port to the internet: a firewall or security group drops the packets, or the"
            " server is down."
        ),
    ),
    "connection_reset": (
        "The server dropped the connection before its answer was complete.",
        "Look at the logs of the server and of the proxy before it: crashes, or a filter.",
    ),
    "not_http": (
        "What answers there does not speak HTTP.",
        "Check the port: another service listens on it.",
    ),
    "tls_too_old": (
        "The server speaks only old TLS versions or ciphers (TLS 1.2 is the least).",
        "Switch on TLS 1.2 and 1.3 at the server or its load balancer.",
    ),
    "tls_self_signed": (
        "The certificate is self-signed, or comes from an authority of your own.",
        "Use a certificate of a public authority, such as Let's Encrypt.",
    ),
    "tls_expired": (
        "The certificate, or one that it depends on, has expired.",
        "Renew it, and reload the server so that it serves the new one.",
    ),
    "tls_not_yet_valid": (
        "The certificate is not valid yet.",
        "Check the clock where it was issued, or wait for its first day.",
    ),
    "tls_wrong_host": (
        "The certificate is for other host names than this one.",
        "Add this host name to the certificate, or give the address that it is for.",
    ),
    "tls_incomplete_chain": (
        "The certificate cannot be traced to a known authority: the intermediate one is not sent.",
        f"Serve the full chain (fullchain.pem); browsers hide this fault, servers do not. {_CHAIN}",
    ),
    "tls_untrusted": (
        "The TLS handshake failed, and the cause cannot be told from outside.",
        f"{_CHAIN} A server that asks clients for a certificate cannot be used.",
    ),
    "tls_not_spoken": (
        "What answers on that port does not speak TLS.",
        "Serve https there, or give the port that does.",
    ),
    "read_timeout": (
        "The server took the request and did not answer in time (4 s).",
        "Look at what the route waits for; a JWK Set should come from memory or a cache.",
    ),
    "slow_body": (
        "The answer came so slowly that the time for the whole check (9 s) ended first.",
        "Look at what holds the response up: a proxy that buffers, or a stream without end.",
    ),
    "headers_too_large": (
        "The response headers are larger than 32 KiB.",
        "Look for cookies or debug headers that the route should not send.",
    ),
    "body_too_large": (
        "The body is larger than 256 KiB; a JWK Set has a few.",
        "Serve only the keys in use. Is it the right address?",
    ),
    "decompressed_too_large": (
        "The body unpacks to more than 1 MiB; a JWK Set has a few KiB.",
        "Serve only the keys in use. Is it the right address?",
    ),
    "bad_content_encoding": (
        "The body's Content-Encoding is broken, or is one that was not asked for.",
        "Serve the JWK Set uncompressed, or as gzip where the request accepts it.",
    ),
    "truncated_body": (
        "Fewer bytes came than were announced.",
        "Correct Content-Length; a proxy or a crash cuts the answer off.",
    ),
    "redirect_loop": (
        "The redirects lead back to where they began.",
        "Correct the redirect rules (http/https, trailing slash, host) of the server or CDN.",
    ),
    "too_many_redirects": (
        "More than five redirects in a row.",
        "Give the last address, and serve it without redirects.",
    ),
    "redirect_bad_location": (
        "A redirect leads to no usable https address.",
        "Correct the Location header, or serve the JWK Set without a redirect.",
    ),
    "redirect_to_http": (
        "A redirect leads from https to http; it was not followed.",
        "Redirect to https, or serve the JWK Set without a redirect.",
    ),
    "redirect_to_private": (
        "A redirect leads to an address that is not public. It was not contacted.",
        f"Correct the Location header. {_PUBLIC}",
    ),
}


def unreached(error: FetchError) -> Finding:
    """Return the finding for a fetch that brought nothing."""
    detail, remedy = TEXTS[error.code]
    if error.hops and error.url:
        detail = f"{detail} This was after a redirect, at {shown_url(error.url)}."
    return finding(error.code, detail, remedy)
