#include "cli/demo.h"

#include <errno.h>

#define KEY_BYTES        32
#define ENCTYPE_AES256   18
#define NAME_TYPE_SRV    3
#define MAX_KEYTAB_BYTES 1024

void demo_path(char path[DEMO_MAX_PATH], const char *directory, const char *name)
{
	snprintf(path, DEMO_MAX_PATH, "%s/%s", directory, name);
}

/* The new file takes the old one's place at once, as administrators' tools do it. */
static int write_file(const char *directory, const char *name, struct view bytes)
{
	char path[DEMO_MAX_PATH];
	char fresh[DEMO_MAX_PATH + 8];
	FILE *file;
	int error = 0;

	demo_path(path, directory, name);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	file = fopen(fresh, "wb");
	if (file == NULL)
		return -errno;
	if (fwrite(bytes.data, 1, bytes.length, file) != bytes.length)
		error = -EIO;
	if (fclose(file) != 0)
		error = -EIO;
	if (error == 0 && rename(fresh, path) != 0)
		error = -errno;
	return error;
}

static int read_file(const char *directory, const char *name, struct buffer *ret_bytes)
{
	char path[DEMO_MAX_PATH];
	char bytes[MAX_KEYTAB_BYTES];
	FILE *auto_fclose file = NULL;

	demo_path(path, directory, name);
	file = fopen(path, "rb");
	if (file == NULL)
		return -errno;
	buffer_append(ret_bytes, view_of(bytes, fread(bytes, 1, sizeof(bytes), file)));
	return buffer_error(ret_bytes);
}

static void put_number(struct buffer *buffer, uint32_t value, unsigned byte_count)
{
	while (byte_count-- > 0)
		buffer_append_byte(buffer, (char)(value >> (8 * byte_count)));
}

static void put_counted(struct buffer *buffer, struct view text)
{
	put_number(buffer, (uint32_t)text.length, 2);
	buffer_append(buffer, text);
}

int demo_write_keytab(const char *directory, uint32_t kvno)
{
	struct buffer auto_buffer entry;
	struct buffer auto_buffer file;
	struct view service = VIEW(DEMO_SERVICE);
	struct view part;

	buffer_init(&entry, MAX_KEYTAB_BYTES);
	buffer_init(&file, MAX_KEYTAB_BYTES);
	put_number(&entry, 2, 2); /* components of the name */
	put_counted(&entry, VIEW(DEMO_REALM));
	view_cut(&service, '/', &part);
	put_counted(&entry, part);
	put_counted(&entry, service);
	put_number(&entry, NAME_TYPE_SRV, 4);
	put_number(&entry, 0, 4); /* time of making */
	put_number(&entry, kvno, 1);
	put_number(&entry, ENCTYPE_AES256, 2);
	put_number(&entry, KEY_BYTES, 2);
	for (int i = 0; i < KEY_BYTES; i++)
		buffer_append_byte(&entry, (char)(kvno + (uint32_t)i)); /* opens nothing */
	put_number(&entry, kvno, 4);
	put_number(&file, 0x0502, 2);
	put_number(&file, (uint32_t)entry.length, 4);
	buffer_append(&file, buffer_view(&entry));
	if (buffer_error(&file) < 0)
		return buffer_error(&file);
	return write_file(directory, DEMO_KEYTAB, buffer_view(&file));
}

int demo_read_keytab(const char *directory, uint32_t *ret_kvno)
{
	struct buffer auto_buffer file;
	uint32_t kvno = 0;
	int error;

	buffer_init(&file, MAX_KEYTAB_BYTES);
	error = read_file(directory, DEMO_KEYTAB, &file);
	if (error < 0)
		return error;
	if (file.length < 8)
		return -EINVAL;
	for (size_t i = file.length - 4; i < file.length; i++)
		kvno = kvno << 8 | (unsigned char)file.data[i];
	*ret_kvno = kvno;
	return 0;
}

int demo_write_kvno(const char *directory, uint32_t kvno)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", kvno);
	return write_file(directory, DEMO_KDC, view_of_text(text));
}

int demo_read_kvno(const char *directory, uint32_t *ret_kvno)
{
	struct buffer auto_buffer file;
	uint64_t kvno = 0;
	int error;

	buffer_init(&file, MAX_KEYTAB_BYTES);
	error = read_file(directory, DEMO_KDC, &file);
	if (error == 0)
		error = view_to_uint64(buffer_view(&file), &kvno);
	if (error == 0)
		*ret_kvno = (uint32_t)kvno;
	return error;
}
