#include "detect/links.h"

#include <errno.h>

#include "allocation.h"
#include "traffic.h"
#include "unit.h"

#define ENTRIES 50

static void test_chains(unused_parameter void **state)
{
	/* Whatever is added and removed in whatever order, each chain holds just its own entries,
	 * the newest first. */
	struct traffic dice = {.state = 1};
	uint64_t keys[ENTRIES + 1];
	uint64_t born[ENTRIES + 1] = {0};
	struct chains chains;

	assert_int_equal(chains_init(&chains, ENTRIES), 0);
	for (uint64_t step = 1; step < 5000; step++) {
		uint32_t number = 1 + traffic_pick(&dice, ENTRIES);
		size_t found = 0;
		uint64_t last = UINT64_MAX;

		if (born[number] != 0) {
			chains_remove(&chains, keys[number], number);
			born[number] = 0;
		} else {
			keys[number] =
			    traffic_pick(&dice, 5) * (chains.mask + 1) + traffic_pick(&dice, 8);
			chains_add(&chains, keys[number], number);
			born[number] = step;
		}
		for (uint64_t place = 0; place <= chains.mask; place++, last = UINT64_MAX)
			for (uint32_t i = chains_first(&chains, place); i != 0;
			     i = chains_next(&chains, i)) {
				assert_true(born[i] != 0 && born[i] < last);
				assert_int_equal(keys[i] & chains.mask, place);
				last = born[i];
				found++;
			}
		for (uint32_t i = 1; i <= ENTRIES; i++)
			found -= born[i] != 0;
		assert_int_equal(found, 0);
	}
	chains_done(&chains);
}

static uint64_t order_of(const void *context, uint32_t number)
{
	return ((const uint64_t *)context)[number];
}

static void assert_queue(
    const struct queue *queue, const struct queue_links *links, const uint32_t *expected)
{
	uint32_t previous = 0;
	uint32_t number = queue->first;

	for (; *expected != 0; expected++, previous = number, number = links->next[number]) {
		assert_int_equal(number, *expected);
		assert_int_equal(links->previous[number], previous);
	}
	assert_int_equal(number, 0);
	assert_int_equal(queue->last, previous);
}

static void test_queue(unused_parameter void **state)
{
	/* Entries leave from the front, the middle and the end. */
	struct queue_links links;
	struct queue queue = {0};

	assert_int_equal(queue_links_init(&links, 5), 0);
	for (uint32_t i = 1; i <= 5; i++)
		queue_append(&queue, &links, i);
	assert_queue(&queue, &links, (const uint32_t[]){1, 2, 3, 4, 5, 0});
	queue_remove(&queue, &links, 1);
	queue_remove(&queue, &links, 3);
	queue_remove(&queue, &links, 5);
	assert_queue(&queue, &links, (const uint32_t[]){2, 4, 0});
	queue_append(&queue, &links, 1);
	queue_remove(&queue, &links, 2);
	queue_remove(&queue, &links, 4);
	assert_queue(&queue, &links, (const uint32_t[]){1, 0});
	queue_remove(&queue, &links, 1);
	assert_queue(&queue, &links, (const uint32_t[]){0});
	queue_links_done(&links);
}

static void test_between(unused_parameter void **state)
{
	/* Entries come into a queue and a chain at the front, the middle and the end, and leave. */
	struct queue_links links;
	struct chains chains;
	struct queue queue = {0};

	assert_int_equal(queue_links_init(&links, 5), 0);
	assert_int_equal(chains_init(&chains, 5), 0);
	queue_insert(&queue, &links, 1, 0);
	queue_insert(&queue, &links, 2, 1);
	queue_insert(&queue, &links, 3, 1);
	queue_insert(&queue, &links, 4, 0);
	assert_queue(&queue, &links, (const uint32_t[]){2, 3, 1, 4, 0});
	chains_add(&chains, 7, 1);
	chains_add_behind(&chains, 1, 2);
	chains_add_behind(&chains, 1, 3);
	chains_remove(&chains, 7, 1);
	assert_int_equal(chains_first(&chains, 7), 3);
	assert_int_equal(chains_next(&chains, 3), 2);
	assert_int_equal(chains_next(&chains, 2), 0);
	chains_remove(&chains, 7, 2);
	assert_int_equal(chains_next(&chains, 3), 0);
	queue_links_done(&links);
	chains_done(&chains);
}

static void test_sort(unused_parameter void **state)
{
	/* Any number of entries comes out in order, equal ones as they came in. */
	struct traffic dice = {.state = 2};
	struct queue_links links;

	assert_int_equal(queue_links_init(&links, ENTRIES), 0);
	for (uint32_t count = 0; count <= ENTRIES; count++) {
		uint64_t orders[ENTRIES + 1];
		struct queue queue = {0};
		uint32_t previous = 0;
		uint32_t seen = 0;

		for (uint32_t i = 1; i <= count; i++) {
			orders[i] = traffic_pick(&dice, 30);
			queue_append(&queue, &links, i);
		}
		queue_sort(&queue, &links, &(const struct queue_order){order_of, orders});
		for (uint32_t i = queue.first; i != 0; previous = i, i = links.next[i], seen++) {
			assert_int_equal(links.previous[i], previous);
			assert_true(previous == 0 || orders[previous] < orders[i] ||
			    (orders[previous] == orders[i] && previous < i));
		}
		assert_int_equal(queue.last, previous);
		assert_int_equal(seen, count);
	}
	queue_links_done(&links);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory making fails and what was made is given back. */
	for (int i = 0; i < 2; i++) {
		struct chains chains;
		struct queue_links links;

		allocation_fail_after(i);
		assert_int_equal(chains_init(&chains, ENTRIES), -ENOMEM);
		allocation_restore();
		chains_done(&chains);
		allocation_fail_after(i);
		assert_int_equal(queue_links_init(&links, ENTRIES), -ENOMEM);
		allocation_restore();
		queue_links_done(&links);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_chains),
	    cmocka_unit_test(test_queue),
	    cmocka_unit_test(test_between),
	    cmocka_unit_test(test_sort),
	    cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
