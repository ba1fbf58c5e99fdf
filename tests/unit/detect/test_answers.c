#include "detect/answers.h"

#include <errno.h>

#include "allocation.h"
#include "chance.h"
#include "script.h"
#include "traffic.h"

#define MOST      3000 /* that wait: the ring must be widened to hold them */
#define SCHEDULES 300
#define STEPS     20000
#define REQUESTS  4000
#define LINES     600

/* The plain model: what waits, in the order of birth; `id` tells them apart. */
struct waiting {
	uint64_t request, id;
};

struct model {
	struct waiting waiting[MOST];
	size_t count;
	uint64_t next_id;
};

/* Requests that share a head too, whatever the ring's size. */
static uint64_t request_of(uint64_t number)
{
	return number % 4 == 0 ? number << 32 | 7 : number * UINT64_C(0x9e3779b97f4a7c15);
}

/* Where it waits; `count` where it does not. */
static size_t model_find(const struct model *model, uint64_t request)
{
	size_t place = 0;

	while (place < model->count && model->waiting[place].request != request)
		place++;
	return place;
}

static void model_remove(struct model *model, size_t place)
{
	model->count--;
	memmove(&model->waiting[place], &model->waiting[place + 1],
	    (model->count - place) * sizeof(model->waiting[0]));
}

static struct handshake *assert_found(
    const struct answers *answers, const struct model *model, uint64_t request)
{
	size_t place = model_find(model, request);
	struct handshake *row = answers_find(answers, request);

	assert_int_equal(row != NULL, place < model->count);
	if (row == NULL)
		return NULL;
	assert_true(row->request == request);
	assert_true(row->id == model->waiting[place].id);
	return row;
}

static void pass_oldest(struct answers *answers, struct model *model)
{
	struct handshake *row = answers_oldest(answers);

	assert_int_equal(row != NULL, model->count > 0);
	if (row == NULL)
		return;
	assert_true(row->id == model->waiting[0].id);
	answers_end(answers, row);
	model_remove(model, 0);
}

/* A request comes anew, as a line does: who asked for the same before waits no more. */
static void come(struct answers *answers, struct model *model, uint64_t request, size_t most)
{
	struct handshake *row = assert_found(answers, model, request);

	if (row != NULL) {
		answers_end(answers, row);
		model_remove(model, model_find(model, request));
	}
	if (model->count == most)
		pass_oldest(answers, model);
	row = answers_add(answers, request);
	row->id = ++model->next_id;
	model->waiting[model->count++] = (struct waiting){request, row->id};
}

static void assert_all(const struct answers *answers, const struct model *model)
{
	size_t place = 0;

	assert_int_equal(answers->count, model->count);
	for (uint64_t number = answers->first; number != answers->next; number++)
		if (answers_at(answers, number)->state != HANDSHAKE_NONE)
			assert_true(answers_at(answers, number)->id == model->waiting[place++].id);
	assert_int_equal(place, model->count);
}

static void play(size_t most, unsigned requests, unsigned passing_percent)
{
	struct handshake *rows = calloc(answers_rows(most), sizeof(*rows));
	static struct model model;
	struct answers answers;

	assert_non_null(rows);
	assert_int_equal(answers_init(&answers, rows, most), 0);
	model = (struct model){0};
	for (unsigned step = 0; step < STEPS; step++) {
		if (chance_percent(passing_percent))
			pass_oldest(&answers, &model);
		else
			come(&answers, &model, request_of(chance(requests)), most);
		assert_found(&answers, &model, request_of(chance(requests)));
		if (step % 1000 == 0)
			assert_all(&answers, &model);
		if (chance(STEPS) == 0) {
			answers_clear(&answers);
			model.count = 0;
		}
	}
	assert_all(&answers, &model);
	assert_true(answers.mask < answers_rows(most));
	answers_done(&answers);
	free(rows);
}

static void test_model(unused_parameter void **state)
{
	/* Whatever comes, is found and passes in whatever order, the ring holds just what a plain
	 * list holds, in the same order. */
	static const size_t most[] = {1, 2, 16, 100, MOST};

	for (uint64_t i = 0; i < SCHEDULES / 10; i++) {
		chance_begin(i);
		play(
		    most[i % count_of(most)], 1 + (unsigned)chance(REQUESTS), (unsigned)chance(60));
	}
}

static void test_one_request(unused_parameter void **state)
{
	/* Who asks for one thing again and again, while something older waits, makes the ring no
	 * wider and finding no dearer. */
	struct handshake *rows = calloc(answers_rows(MOST), sizeof(*rows));
	struct answers answers;
	uint64_t mask;

	assert_non_null(rows);
	assert_int_equal(answers_init(&answers, rows, MOST), 0);
	mask = answers.mask;
	answers_add(&answers, 1)->id = 1;
	for (uint64_t id = 2; id < 100000; id++) {
		struct handshake *row = answers_find(&answers, 3);

		if (row != NULL)
			answers_end(&answers, row);
		assert_null(answers_find(&answers, 3));
		answers_add(&answers, 3)->id = id;
	}
	assert_int_equal(answers.mask, mask);
	assert_int_equal(answers.count, 2);
	assert_int_equal(answers_oldest(&answers)->id, 1);
	answers_done(&answers);
	free(rows);
}

/* The ring is full, though few wait: what stands at its beginning stays where it is. */
static void fill_up(struct answers *answers, uint64_t first_request, uint64_t waiting)
{
	uint64_t full = answers->first + answers->mask + 1;

	for (uint64_t i = 0; i < waiting; i++)
		answers_add(answers, first_request + i)->id = i;
	while (answers->next != full)
		answers_end(answers, answers_add(answers, first_request));
	answers_end(answers, answers_add(answers, first_request));
}

static void test_heads(unused_parameter void **state)
{
	/* Whatever head those have that stay where they are when the ring closes up: each of them
	 * is found, and nothing else that has the same head. */
	struct handshake *rows = calloc(answers_rows(MOST), sizeof(*rows));
	uint64_t head = 0;
	uint64_t heads;

	assert_non_null(rows);
	do {
		struct answers answers;
		uint64_t mask;
		uint64_t waiting;

		assert_int_equal(answers_init(&answers, rows, MOST), 0);
		mask = answers.mask;
		waiting = mask / 2;
		heads = 2 * (mask + 1);
		fill_up(&answers, heads + head, waiting);
		assert_int_equal(answers.mask, mask);
		for (uint64_t i = 0; i < waiting; i++) {
			assert_int_equal(answers_find(&answers, heads + head + i)->id, i);
			assert_null(answers_find(&answers, 2 * heads + head + i));
		}
		answers_done(&answers);
		head += waiting;
	} while (head < heads);
	free(rows);
}

static void test_no_memory(unused_parameter void **state)
{
	/* Without memory there is no ring. */
	struct handshake rows[16] = {0};
	struct answers answers;

	allocation_fail_after(0);
	assert_int_equal(answers_init(&answers, rows, 1), -ENOMEM);
	allocation_restore();
}

static int throw_away(unused_parameter void *context, unused_parameter struct view key,
    unused_parameter struct view value)
{
	return 0;
}

static void assert_same(const struct detector *one, const struct detector *other)
{
	struct buffer auto_buffer first;
	struct buffer auto_buffer second;

	buffer_init(&first, 2000);
	buffer_init(&second, 2000);
	script_summary(one, &first);
	script_window(one, &first);
	script_summary(other, &second);
	script_window(other, &second);
	assert_string_equal(buffer_text(&first), buffer_text(&second));
	assert_int_equal(
	    detector_totals(one)->evicted_pending, detector_totals(other)->evicted_pending);
}

static void test_gathered(unused_parameter void **state)
{
	/* Whether answers wait by themselves or, being kept, among the others, changes nothing
	 * that is counted: at no line, and at the end. */
	for (uint64_t i = 0; i < SCHEDULES; i++) {
		struct traffic traffic = {.state = chance_begin(i),
		    .now_ms = SCRIPT_START_MS,
		    .clients = 1 + (unsigned)chance(20),
		    .step_ms = (int64_t)(1 + chance(2000))};
		struct detector_options options = script_options();
		struct detector *detectors[2] = {NULL, NULL};
		uint64_t every = 1 + chance(4);

		options.max_pending = 1 + (size_t)chance(40);
		for (size_t j = 0; j < 2; j++)
			assert_int_equal(detector_new(&detectors[j], &options), 0);
		for (unsigned line = 0; line < LINES; line++) {
			struct record record = traffic_record(&traffic);

			for (size_t j = 0; j < 2; j++)
				detector_record(detectors[j], &record);
			if (line % every == 0)
				assert_int_equal(detector_save(detectors[1], throw_away, NULL), 0);
			assert_same(detectors[0], detectors[1]);
		}
		for (size_t j = 0; j < 2; j++)
			detector_finish(detectors[j]);
		assert_same(detectors[0], detectors[1]);
		detector_free(&detectors[0]);
		detector_free(&detectors[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_model),
	    cmocka_unit_test(test_one_request),
	    cmocka_unit_test(test_heads),
	    cmocka_unit_test(test_no_memory),
	    cmocka_unit_test(test_gathered),
	};

	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
