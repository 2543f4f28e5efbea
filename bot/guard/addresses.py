"""Which addresses are public: a rule of its own, for `is_global` is wrong about too many."""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, Alibaba's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server, on a public number
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # Oracle's metadata service too
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID, benchmarks and the like
        "2001:db8::/32",
        "2002::/16",  # 6to4 has no relays any more; what it embeds is somebody's IPv4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(text: str) -> bool:
    """Tell whether a textual address is public; what is no address, or has a scope, is not."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return is_public_address(address)


def is_public_address(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is public, judging mapped and NAT64 ones by what they embed."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_V4)
    if address.scope_id is not None:
        return False
    embedded = address.ipv4_mapped or (_low_half(address) if address in _NAT64 else None)
    if embedded is not None:
        return is_public_address(embedded)
    if address not in _GLOBAL_V6 or any(address in block for block in _NOT_PUBLIC_V6):
        return False
    is_isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return not is_isatap or is_public_address(_low_half(address))


def same_address(one: str, other: str) -> bool:
    """Tell whether two spellings, one perhaps IPv4-mapped, are one address."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _low_half(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)
