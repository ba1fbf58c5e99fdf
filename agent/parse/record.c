#include "parse/record.h"

const char *scheme_name(enum scheme scheme)
{
	static const char *const names[SCHEME_COUNT] = {
	    [SCHEME_UNKNOWN] = "unknown",
	    [SCHEME_NONE] = "none",
	    [SCHEME_KERBEROS] = "kerberos",
	    [SCHEME_NTLM] = "ntlm",
	    [SCHEME_BASIC] = "basic",
	    [SCHEME_OTHER] = "other",
	};

	return names[scheme];
}
