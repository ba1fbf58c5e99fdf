"""NTLM without a domain controller: gss-ntlmssp with the names and passwords in a file."""

import os

from .process import need_file

PLUGIN = f"/usr/lib/{os.uname().machine}-linux-gnu/gssntlmssp/gssntlmssp.so"
MECHANISM = "1.3.6.1.4.1.311.2.2.10"


class NtlmDomain:
    """The users of a domain. A server knows them all by environment(); a client signs in as one of
    them after join()."""

    def __init__(self, directory, **passwords):
        need_file(PLUGIN, "gss-ntlmssp")
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self._mechanisms = self._write("mech", f"gssntlmssp_v1 {MECHANISM} {PLUGIN}\n")
        self._users = self._write_users("users", passwords)

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="ascii") as output:
            output.write(text)
        return path

    def _write_users(self, name, passwords):
        return self._write(name, "".join(f"EXAMPLE:{user}:{password}\n"
                                         for user, password in passwords.items()))

    def environment(self, users=None):
        """What a program must find in its environment."""
        return {"GSS_MECH_CONFIG": self._mechanisms, "NTLM_USER_FILE": users or self._users,
                "NETBIOS_COMPUTER_NAME": "WEB", "NETBIOS_DOMAIN_NAME": "EXAMPLE"}

    def join(self, client, user, password):
        """From now on the client signs in by NTLM where it has no ticket, or may not use it."""
        users = self._write_users(f"{client.address}.user", {user: password})
        client.environment = self.environment(users)
        return client
