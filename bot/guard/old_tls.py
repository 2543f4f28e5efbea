"""A second handshake, to tell a server that speaks only old TLS from one that is broken."""

import asyncio
import ssl
import warnings
from functools import cache


async def speaks_old_tls(address: str, port: int, host: str, seconds: float) -> bool:
    """Tell whether TLS 1.0 or 1.1 would succeed where TLS 1.2 was cut off; sends no request."""
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(
                address, port, ssl=_old_tls(), server_hostname=host
            )
    except OSError:  # ssl.SSLError and TimeoutError too
        return False
    writer.transport.abort()
    return True


@cache
def _old_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent or believed
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
