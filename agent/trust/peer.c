#include "trust/peer.h"

#include <errno.h>
#include <pwd.h>
#include <sys/socket.h>

#include "base/file.h"

#define USER_BYTES (PEER_NAME_BYTES / 2 - 1)
#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-$"

/* The user's name where it fits the ledger, else the number. */
static void print_user(uid_t user, char ret_name[USER_BYTES])
{
	const struct passwd *found = getpwuid(user);
	const char *name = found != NULL ? found->pw_name : "";
	size_t length = strspn(name, NAME_BYTES);

	if (length > 0 && length < USER_BYTES && name[length] == '\0')
		memcpy(ret_name, name, length + 1);
	else
		snprintf(ret_name, USER_BYTES, "%u", (unsigned)user);
}

/* Who signed in before he became root; false where that is the same, or not known. */
static bool read_login(const struct ucred *credentials, uid_t *ret_login)
{
	struct buffer auto_buffer text;
	char path[64];
	uint64_t login;

	snprintf(path, sizeof(path), "/proc/%d/loginuid", (int)credentials->pid);
	buffer_init(&text, 64);
	if (file_read(path, &text) < 0 ||
	    view_to_uint64(view_trim(buffer_view(&text)), &login) < 0 || login >= UINT32_MAX ||
	    login == credentials->uid)
		return false;
	*ret_login = (uid_t)login;
	return true;
}

static void print_name(const struct ucred *credentials, char ret_name[PEER_NAME_BYTES])
{
	char user[USER_BYTES], login[USER_BYTES];
	uid_t login_id;

	print_user(credentials->uid, user);
	if (read_login(credentials, &login_id)) {
		print_user(login_id, login);
		snprintf(ret_name, PEER_NAME_BYTES, "%s/%s", user, login);
	} else {
		snprintf(ret_name, PEER_NAME_BYTES, "%s", user);
	}
}

int peer_read(int socket, struct peer *ret_peer)
{
	struct ucred credentials;
	socklen_t bytes = sizeof(credentials);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) < 0)
		return -errno;
	ret_peer->user = credentials.uid;
	print_name(&credentials, ret_peer->name);
	return 0;
}
