"""A second connection, to tell a server without TLS from one that is slow or broken."""

import asyncio

_ASK = b"GET / HTTP/1.0\r\n\r\n"  # nothing of the address that was given
_BEGIN = b"HTTP/"


async def speaks_plain_http(address: str, port: int, seconds: float) -> bool:
    """Tell whether HTTP without TLS is answered where a TLS handshake came to nothing."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address, port)
            try:
                writer.write(_ASK)
                return await reader.readexactly(len(_BEGIN)) == _BEGIN
            finally:
                writer.transport.abort()
    except (OSError, EOFError):  # TimeoutError and asyncio.IncompleteReadError too
        return False
