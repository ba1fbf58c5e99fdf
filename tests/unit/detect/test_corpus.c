#include <dirent.h>

#include "parse/parser.h"
#include "script.h"
#include "unit.h"

/* The cases stand in corpus/?*.txt, as servers write them: a title after "# ", then lines of a log,
 * and among them
 *
 *      log: FORMAT         the lines that follow are of the log of this format
 *      proxies: RANGE ...  whose word on the client is taken
 *      wait SECONDS        the log's clock moves on without lines
 *      now: SUMMARY        what is counted so far
 *      end: SUMMARY        what is counted when nothing more comes
 *      window: SUMMARY     the window then, with its evidence */

#define MAX_CASES_BYTES 1000000
#define MIN_CASES       120
#define MAX_LOGS        4
#define MAX_PROXIES     4

struct log {
	struct view format;
	struct parser *parser;
};

struct scene {
	const char *file;
	struct view title;
	struct detector *detector;
	struct address_range proxies[MAX_PROXIES];
	size_t proxy_count;
	struct log logs[MAX_LOGS];
	size_t log; /* the one whose lines follow */
	size_t checks;
	int64_t last_ms;
};

static struct detector *detector_of(struct scene *scene)
{
	struct detector_options options = script_options();

	options.proxies = (struct trusted_proxies){scene->proxies, scene->proxy_count};
	if (scene->detector == NULL)
		assert_int_equal(detector_new(&scene->detector, &options), 0);
	return scene->detector;
}

static void fail_scene(const struct scene *scene, const char *what, struct view text)
{
	fail_msg("%s: %.*s: %s: %.*s", scene->file, VIEW_ARGUMENTS(scene->title), what,
	    VIEW_ARGUMENTS(text));
}

static void choose_log(struct scene *scene, struct view format)
{
	char *auto_free name = view_to_text(format);

	for (scene->log = 0; scene->log < MAX_LOGS && scene->logs[scene->log].parser != NULL;
	     scene->log++)
		if (view_equal(scene->logs[scene->log].format, format))
			return;
	assert_true(scene->log < MAX_LOGS);
	scene->logs[scene->log].format = format;
	if (parser_new(&scene->logs[scene->log].parser, name, NULL) < 0)
		fail_scene(scene, "no such format", format);
}

static void add_proxies(struct scene *scene, struct view rest)
{
	struct view word;

	while (!view_is_empty(rest)) {
		view_cut(&rest, ' ', &word);
		assert_true(scene->proxy_count < MAX_PROXIES);
		assert_int_equal(
		    address_range_parse(word, &scene->proxies[scene->proxy_count++]), 0);
	}
}

static void write_evidence(const struct detector *detector, struct buffer *text)
{
	struct detector_evidence evidence;

	script_window(detector, text);
	detector_evidence(detector, &evidence);
	if (evidence.control != CONTROL_ABSENT)
		buffer_append_format(text, ", control %s", control_name(evidence.control));
	if (evidence.hosts.failing > 0 && evidence.hosts.count > 1)
		buffer_append_format(text, ", host %s fails", evidence.hosts.worst);
	if (evidence.workers.failing > 0 && evidence.workers.count > 1)
		buffer_append_format(text, ", worker %s fails", evidence.workers.worst);
	if (evidence.rejected_names > 0)
		buffer_append_format(text, ", names %zu", evidence.rejected_names);
	if (evidence.bad_passwords > 0)
		buffer_append_format(text, ", passwords %d", (int)evidence.bad_passwords);
	if (evidence.oversize > 0)
		buffer_append_format(text, ", oversize %d", (int)evidence.oversize);
	if (evidence.server_errors > 0)
		buffer_append_format(text, ", errors %d", (int)evidence.server_errors);
	for (int i = 0; i < STATUS_CLASS_COUNT; i++)
		if (evidence.statuses[i] > 0)
			buffer_append_format(text, ", %s %d",
			    status_class_name((enum status_class)i), (int)evidence.statuses[i]);
}

typedef void write_summary(const struct detector *detector, struct buffer *ret_text);

static void check(struct scene *scene, write_summary *summary, struct view expected)
{
	struct buffer auto_buffer actual;

	buffer_init(&actual, 1000);
	summary(detector_of(scene), &actual);
	scene->checks++;
	if (!view_equal(buffer_view(&actual), view_trim(expected)))
		fail_msg("%s: %.*s: \"%s\" instead of \"%.*s\"", scene->file,
		    VIEW_ARGUMENTS(scene->title), buffer_text(&actual),
		    VIEW_ARGUMENTS(view_trim(expected)));
}

static void read_line(struct scene *scene, struct view line)
{
	struct parsed parsed;

	if (scene->logs[scene->log].parser == NULL)
		fail_scene(scene, "no log was named before", line);
	parser_line(scene->logs[scene->log].parser, line, &parsed);
	if (parsed.kind == LINE_UNPARSED)
		fail_scene(scene, parsed.why, line);
	if (parsed.kind == LINE_RECORD) {
		detector_record(detector_of(scene), &parsed.record);
		scene->last_ms = parsed.record.time_ms;
	}
}

static void play(struct scene *scene, struct view line)
{
	struct view rest = line;
	struct view word;
	int64_t seconds;

	view_cut(&rest, ' ', &word);
	if (view_equal(word, VIEW("log:"))) {
		choose_log(scene, rest);
	} else if (view_equal(word, VIEW("proxies:"))) {
		add_proxies(scene, rest);
	} else if (view_equal(word, VIEW("wait"))) {
		assert_int_equal(view_to_int64(rest, &seconds), 0);
		scene->last_ms += seconds * 1000;
		detector_advance(detector_of(scene), scene->last_ms);
	} else if (view_equal(word, VIEW("now:"))) {
		check(scene, script_summary, rest);
	} else if (view_equal(word, VIEW("end:"))) {
		detector_finish(detector_of(scene));
		check(scene, script_summary, rest);
	} else if (view_equal(word, VIEW("window:"))) {
		check(scene, write_evidence, rest);
	} else {
		read_line(scene, line);
	}
}

/* A case is worth nothing where it checks nothing. */
static void end_scene(struct scene *scene)
{
	if (!view_is_empty(scene->title) && scene->checks == 0)
		fail_scene(scene, "checks nothing", VIEW(""));
	detector_free(&scene->detector);
	for (size_t i = 0; i < MAX_LOGS; i++)
		parser_free(&scene->logs[i].parser);
}

static void read_file(const char *path, struct buffer *ret_bytes)
{
	FILE *auto_fclose file = fopen(path, "r");
	char bytes[4096];
	size_t count;

	assert_non_null(file);
	while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buffer_append(ret_bytes, view_of(bytes, count));
	assert_int_equal(buffer_error(ret_bytes), 0);
}

static size_t play_file(const char *path)
{
	struct buffer auto_buffer cases;
	struct scene scene = {.file = path};
	size_t count = 0;
	struct view rest;
	struct view line;

	buffer_init(&cases, MAX_CASES_BYTES);
	read_file(path, &cases);
	rest = buffer_view(&cases);
	while (!view_is_empty(rest)) {
		view_cut(&rest, '\n', &line);
		if (view_starts_with(line, VIEW("# "))) {
			end_scene(&scene);
			scene = (struct scene){.file = path, .title = view_skip(line, 2)};
			count++;
		} else if (!view_is_empty(line)) {
			play(&scene, line);
		}
	}
	end_scene(&scene);
	return count;
}

static void test_corpus(unused_parameter void **state)
{
	/* Every short log of every server is told as its labels say. */
	char folder[4096];
	char path[8192];
	size_t count = 0;
	struct dirent *entry;
	DIR *directory;

	snprintf(
	    folder, sizeof(folder), "%s/tests/unit/detect/corpus", getenv("AUTHMEDIC_SOURCE_DIR"));
	directory = opendir(folder);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (view_ends_with(view_of_text(entry->d_name), VIEW(".txt")))
			count += play_file(path);
	}
	closedir(directory);
	print_message("%zu cases\n", count);
	assert_true(count >= MIN_CASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
