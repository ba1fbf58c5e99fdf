"""Values of the Authorization header, none of which signs anybody in."""

# What a client may send, how the snippets name it, and where Squid's has a coarser name.
TOKENS = [
    (None, "none", None),
    ("Basic QTpC", "basic", None),
    ("Bearer abc", "bearer", "other"),
    ("NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==", "ntlm-1", "ntlm"),
    ("Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==", "negotiate-ntlm-1",
     None),
    ("negotiate TlRMTVNTUAADAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==", "negotiate-ntlm-3",
     None),
    ("Negotiate YEgGBisGAQUFAqA+MDygDjAMBgorBgEEAYI3AgIKoioEKA==", "negotiate-spnego-short", None),
    ("Negotiate oYIBCDCCAQSgAwoBAQ==", "negotiate-resp", None),
    ("Negotiate !!!", "negotiate-other", None),
    ("Secret-Thing xyzzy", "other", None),
]
