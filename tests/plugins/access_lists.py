"""Access lists of files (POSIX ACLs), as the kernel keeps them."""

import errno
import os
import struct

import pytest

ACL = "system.posix_acl_access"
EVERYBODY = 0xffffffff  # where an entry names nobody


def acl(user, group_rights=0, mask=4):
    """An access list by which its owner may read and write and the user read, as setfacl would make it; its group may what
    is said, within the mask, which is what a mode shows for the group."""
    entries = [(1, 6, EVERYBODY), (2, 4, user), (4, group_rights, EVERYBODY), (0x10, mask, EVERYBODY), (0x20, 0, EVERYBODY)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def set_acl(path, value, name=ACL):
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        pytest.skip("the file system has no access lists")
