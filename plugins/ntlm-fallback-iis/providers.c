#include "ntlm-fallback-iis/providers.h"

#include <errno.h>

/* Letters and colons, as in Negotiate:Kerberos: nothing that appcmd could take for more. */
static bool is_name(struct view name)
{
	for (size_t i = 0; i < name.length; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:",
			name.data[i]) == NULL ||
		    name.data[i] == '\0')
			return false;
	return name.length > 0 && name.length < PROVIDERS_NAME_BYTES;
}

static int add(struct providers *providers, struct view name)
{
	if (!is_name(name))
		return -EBADMSG;
	if (providers->count == PROVIDERS_MAX)
		return -E2BIG;
	memcpy(providers->names[providers->count], name.data, name.length);
	providers->names[providers->count++][name.length] = '\0';
	return 0;
}

/* The value of an attribute of the element that the text begins with. */
static bool attribute(struct view text, struct view name, struct view *ret_value)
{
	struct view element;
	size_t at;

	view_cut(&text, '>', &element);
	if (!view_find(element, name, &at))
		return false;
	element = view_skip(element, at + name.length);
	return view_cut(&element, '"', ret_value);
}

/* What follows the start of the element; false where there is none. */
static bool find_element(struct view text, struct view start, struct view *ret_rest)
{
	size_t at;

	if (!view_find(text, start, &at))
		return false;
	*ret_rest = view_skip(text, at + start.length);
	return true;
}

static int read_names(struct providers *providers, struct view text)
{
	struct view rest, value;
	size_t end;
	int error = 0;

	if (!find_element(text, VIEW("<providers"), &rest) ||
	    !view_find(rest, VIEW("</providers>"), &end))
		return -EBADMSG;
	rest = view_first(rest, end);
	while (error == 0 && find_element(rest, VIEW("<add"), &rest))
		error =
		    attribute(rest, VIEW(" value=\""), &value) ? add(providers, value) : -EBADMSG;
	return error;
}

int providers_read(struct providers *ret_providers, struct view text)
{
	struct providers providers = {0};
	struct view section, extended, value;
	int error;

	if (!find_element(text, VIEW("<windowsAuthentication"), &section))
		return -EBADMSG;
	providers.enabled = attribute(section, VIEW(" enabled=\""), &value) &&
	    view_equal_ignoring_case(value, VIEW("true"));
	providers.binds_channel = find_element(section, VIEW("<extendedProtection"), &extended) &&
	    attribute(extended, VIEW(" tokenChecking=\""), &value) &&
	    !view_equal_ignoring_case(value, VIEW("None"));
	error = read_names(&providers, section);
	if (error == 0)
		*ret_providers = providers;
	return error;
}

int providers_read_lines(struct providers *ret_providers, struct view text)
{
	struct providers providers = {0};
	int error = 0;

	while (text.length > 0 && error == 0) {
		struct view line;

		view_cut(&text, '\n', &line);
		error = add(&providers, line);
	}
	if (error == 0)
		*ret_providers = providers;
	return error;
}

bool providers_have(const struct providers *providers, const char *name)
{
	for (size_t i = 0; i < providers->count; i++)
		if (view_equal_ignoring_case(view_of_text(providers->names[i]), view_of_text(name)))
			return true;
	return false;
}

bool providers_same(const struct providers *providers, const struct providers *others)
{
	if (providers->count != others->count)
		return false;
	for (size_t i = 0; i < providers->count; i++)
		if (strcmp(providers->names[i], others->names[i]) != 0)
			return false;
	return true;
}
