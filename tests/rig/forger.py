"""Tickets that nobody issued: all that a log shows of a ticket is chosen by whoever sends it."""

import base64
import os

from .clients import send_header

KRB5 = bytes.fromhex("06092a864886f712010202")
SPNEGO = bytes.fromhex("06062b0601050502")


def der(tag, *parts):
    """One DER element."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def integer(value):
    """INTEGER, not negative."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def field(number, *parts):
    """A context-tagged member."""
    return der(0xA0 | number, *parts)


def text(value):
    """GeneralString."""
    return der(0x1B, value.encode())


def encrypted(enctype, kvno, cipher):
    """EncryptedData; without a kvno where that is None."""
    version = [] if kvno is None else [field(1, integer(kvno))]
    return der(0x30, field(0, integer(enctype)), *version, field(2, der(0x04, cipher)))


def forged_token(principal, kvno, enctype=18, cipher=None):
    """A SPNEGO token with a ticket for `principal` (SERVICE/HOST@REALM) that says it is encrypted
    in key version `kvno`; what is inside is noise."""
    name, _, realm = principal.partition("@")
    cipher = os.urandom(232) if cipher is None else cipher
    names = der(0x30, *(text(part) for part in name.split("/")))
    ticket = der(0x61, der(
        0x30, field(0, integer(5)), field(1, text(realm)),
        field(2, der(0x30, field(0, integer(3)), field(1, names))),
        field(3, encrypted(enctype, kvno, cipher))))
    request = der(0x6E, der(
        0x30, field(0, integer(5)), field(1, integer(14)),
        field(2, der(0x03, b"\0\x20\0\0\0")), field(3, ticket),  # mutual-required
        field(4, encrypted(enctype, None, os.urandom(150)))))
    kerberos = der(0x60, KRB5, b"\x01\x00", request)
    return der(0x60, SPNEGO, field(0, der(
        0x30, field(0, der(0x30, KRB5)), field(2, der(0x04, kerberos)))))


def send_forged(url, principal, kvno, address="127.0.0.66", **more):
    """Send a forged ticket; the status of the answer."""
    token = base64.b64encode(forged_token(principal, kvno, **more)).decode()
    return send_header(url, f"Negotiate {token}", address)
