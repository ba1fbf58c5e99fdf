#include "report/page_marks.h"

#define LINE_TOP       22
#define LINE_BOTTOM    236
#define APART          0.055 /* of the width: closer ones share a label */
#define MAX_LETTERS    6
#define LETTER_PIXELS  9
#define PADDING_PIXELS 10
#define PILL_DOWN      18

static const struct {
	char letter;
	const char *words;
} kinds[COURSE_MARK_KINDS] = {
    [COURSE_WORKER_STARTED] = {'W', "worker started"},
    [COURSE_KEY_CHANGED] = {'K', "key changed"},
    [COURSE_CONFIGURED] = {'C', "configuration changed"},
    [COURSE_ACTION] = {'A', "action begun"},
    [COURSE_OPENED] = {'I', "incident opened"},
    [COURSE_RESOLVED] = {'R', "incident over"},
    [COURSE_PAUSED] = {'P', "paused"},
    [COURSE_RESUMED] = {'G', "goes on"},
};

/* Marks with one label: from `first`, so many. */
struct cluster {
	size_t first, count;
	char letters[MAX_LETTERS + 2];
	double place; /* of its middle, 0 to 1 */
};

static double place_of(const struct day *day, const struct course *course, size_t index)
{
	return day_place(day, course_mark_at(course, index)->time_ms);
}

/* Each letter once, in order of time; a plus sign for those without room. */
static void fill_letters(struct cluster *cluster, const struct course *course)
{
	size_t length = 0;

	for (size_t i = cluster->first; i < cluster->first + cluster->count; i++) {
		char letter = kinds[course_mark_at(course, i)->kind].letter;

		if (strchr(cluster->letters, letter) != NULL)
			continue;
		if (length == MAX_LETTERS) {
			cluster->letters[length] = '+';
			return;
		}
		cluster->letters[length++] = letter;
	}
}

static struct cluster next_cluster(const struct day *day, const struct course *course, size_t first)
{
	struct cluster cluster = {.first = first, .count = 1};
	double begin = place_of(day, course, first);

	while (first + cluster.count < course_mark_count(course) &&
	    place_of(day, course, first + cluster.count) - begin < APART)
		cluster.count++;
	cluster.place = (begin + place_of(day, course, first + cluster.count - 1)) / 2;
	fill_letters(&cluster, course);
	return cluster;
}

static void put_words(const struct page *page, const struct course_mark *mark)
{
	char text[PAGE_CLOCK_BYTES];

	put_format(page, "%s %s", page_clock(page, mark->time_ms, text), kinds[mark->kind].words);
	if (mark->text[0] != '\0') {
		put(page, ": ");
		put_text(page, mark->text);
	}
}

/* The label stays within the picture at both ends. */
static int shift_of(const struct cluster *cluster, int width)
{
	if (cluster->place < 0.07)
		return 0;
	return cluster->place > 0.93 ? -width : -width / 2;
}

static void put_label(
    const struct page *page, const struct course *course, const struct cluster *cluster)
{
	int width = (int)strlen(cluster->letters) * LETTER_PIXELS + PADDING_PIXELS;
	int shift = shift_of(cluster, width);

	put_format(
	    page, "<svg x=\"%.2f%%\" y=\"2\" overflow=\"visible\"><title>", cluster->place * 100);
	for (size_t i = 0; i < cluster->count; i++) {
		put(page, i > 0 ? "; " : "");
		put_words(page, course_mark_at(course, cluster->first + i));
	}
	put_format(page,
	    "</title><rect class=\"pill\" x=\"%d\" width=\"%d\" height=\"%d\" rx=\"9\"/>"
	    "<text class=\"letters\" x=\"%d\" y=\"13\">%s</text></svg>",
	    shift, width, PILL_DOWN, shift + width / 2, cluster->letters);
}

void put_marks(const struct page *page, const struct day *day, const struct course *course)
{
	for (size_t i = 0; i < course_mark_count(course); i++) {
		double percent = place_of(day, course, i) * 100;

		put_format(page,
		    "<line class=\"mark\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>",
		    percent, percent, LINE_TOP, LINE_BOTTOM);
	}
	for (size_t i = 0; i < course_mark_count(course);) {
		struct cluster cluster = next_cluster(day, course, i);

		put_label(page, course, &cluster);
		i += cluster.count;
	}
}

void put_mark_legend(const struct page *page, const struct course *course)
{
	for (size_t kind = 0; kind < COURSE_MARK_KINDS; kind++)
		for (size_t i = 0; i < course_mark_count(course); i++)
			if (course_mark_at(course, i)->kind == kind) {
				put_format(page, "<li><span class=\"letter\">%c</span> %s</li>",
				    kinds[kind].letter, kinds[kind].words);
				break;
			}
}

void put_mark_list(const struct page *page, const struct course *course)
{
	if (course_mark_count(course) == 0)
		return;
	put(page, "<ul>\n");
	for (size_t i = 0; i < course_mark_count(course); i++) {
		put(page, "<li>");
		put_words(page, course_mark_at(course, i));
		put(page, "</li>\n");
	}
	put(page, "</ul>\n");
}
