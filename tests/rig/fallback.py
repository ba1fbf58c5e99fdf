"""The fallback of an Apache to NTLM, as an administrator would set it up."""

import os

NTLM_ONLY = """\
<Location /private>
  AuthType GSSAPI
  AuthName "private"
  GssapiAllowedMech ntlmssp
  GssapiConnectionBound On
  GssapiPublishErrors On
  Require valid-user
</Location>
"""


def write_snippet(apache, text=NTLM_ONLY):
    """Writes the NTLM-only configuration beside Apache's own; its path."""
    path = os.path.join(apache.directory, "ntlm.conf")
    with open(path, "w", encoding="ascii") as output:
        output.write(text)
    return path


def fallback_keys(apache, snippet):
    """What `with` says for this Apache."""
    return {"snippet": snippet, "active": apache.auth_file, "config": apache.config_file, "ntlm_seen": "yes",
            "config_test": apache.test_command, "reload": apache.command("graceful")}
