#include <errno.h>

#include "script.h"
#include "unit.h"

/* The cases stand in handshakes.txt: a title after "#", lines of a log as in script.h, and among
 * them
 *
 *      now: SUMMARY      what is counted so far
 *      wait SECONDS      the log's clock moves on without lines
 *      end: SUMMARY      what is counted when nothing more comes
 *      window: SUMMARY   the window then */

#define MAX_CASES_BYTES 1000000
#define MIN_CASES       60

struct scene {
	struct detector *detector;
	struct view title;
	size_t checks;
};

typedef void write_summary(const struct detector *detector, struct buffer *ret_text);

static void check(struct scene *scene, write_summary *summary, struct view expected)
{
	struct buffer auto_buffer actual;

	buffer_init(&actual, 1000);
	summary(scene->detector, &actual);
	scene->checks++;
	if (!view_equal(buffer_view(&actual), view_trim(expected)))
		fail_msg("%.*s: \"%s\" instead of \"%.*s\"", VIEW_ARGUMENTS(scene->title),
		    buffer_text(&actual), VIEW_ARGUMENTS(view_trim(expected)));
}

static void play(struct scene *scene, struct view line)
{
	struct view word;
	struct view rest = line;
	struct record record;

	view_cut(&rest, ' ', &word);
	if (view_equal(word, VIEW("now:"))) {
		check(scene, script_summary, rest);
	} else if (view_equal(word, VIEW("end:"))) {
		detector_finish(scene->detector);
		check(scene, script_summary, rest);
	} else if (view_equal(word, VIEW("window:"))) {
		check(scene, script_window, rest);
	} else if (view_equal(word, VIEW("wait"))) {
		detector_advance(scene->detector, script_time_ms(rest));
	} else {
		record = script_record(line);
		detector_record(scene->detector, &record);
	}
}

/* A case is worth nothing where it checks nothing. */
static void end_scene(struct scene *scene)
{
	if (scene->detector != NULL && scene->checks == 0)
		fail_msg("%.*s: checks nothing", VIEW_ARGUMENTS(scene->title));
	detector_free(&scene->detector);
}

static void read_cases(struct buffer *cases)
{
	char path[4096];
	char bytes[4096];
	size_t count;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/unit/detect/handshakes.txt",
	    getenv("AUTHMEDIC_SOURCE_DIR"));
	file = fopen(path, "r");
	assert_non_null(file);
	while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buffer_append(cases, view_of(bytes, count));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(buffer_error(cases), 0);
}

static void test_cases(unused_parameter void **state)
{
	/* Every short log in handshakes.txt is told as its labels say. */
	struct buffer auto_buffer cases;
	struct scene scene = {0};
	size_t count = 0;
	struct view rest;
	struct view line;

	buffer_init(&cases, MAX_CASES_BYTES);
	read_cases(&cases);
	rest = buffer_view(&cases);
	while (!view_is_empty(rest)) {
		view_cut(&rest, '\n', &line);
		if (view_is_empty(line))
			continue;
		if (line.data[0] == '#') {
			end_scene(&scene);
			scene = (struct scene){script_detector(), view_skip(line, 2), 0};
			count++;
		} else {
			play(&scene, line);
		}
	}
	end_scene(&scene);
	assert_true(count >= MIN_CASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests_name("handshakes", tests, NULL, NULL);
}
