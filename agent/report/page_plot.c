#include "report/page_plot.h"

#include "report/day.h"
#include "report/page_marks.h"

/* Everything has a place across in percent, and down in pixels: so the picture takes any width and
 * its texts stay as large as they are. What is drawn as one path has a box of its own that is
 * stretched, 10 units wide for each step. */
#define STEP_UNITS  10
#define BOX         "viewBox=\"0 0 1440 %d\" preserveAspectRatio=\"none\" y=\"%d\" height=\"%d\""
#define COUNTS_TOP  34
#define COUNTS_DOWN 110
#define LEAST_DOWN  14 /* of the counts, for each of the two sides */
#define SHARE_TOP   170
#define SHARE_DOWN  42
#define PROBES_TOP  222
#define PROBES_DOWN 12
#define AXIS_TOP    236
#define HOUR_MS     INT64_C(3600000)
#define LABEL_EVERY 4 /* hours */

_Static_assert(STEP_UNITS *DAY_STEPS == 1440, "as the boxes say");

static void open_box(const struct page *page, int top, int down)
{
	put_format(page, "<svg " BOX ">", down, top, down);
}

/* -- the counts -- */

/* Established above the base line, rejected below, on one scale; so the line is where both have
 * room. */
struct scale {
	int base;
	double pixels; /* for each handshake */
};

static struct scale scale_of(const struct day *day)
{
	double up = (double)day->most_established;
	double down = (double)day->most_rejected;
	struct scale scale = {.base = COUNTS_DOWN - LEAST_DOWN};

	if (up + down <= 0)
		return scale;
	scale.base = (int)(COUNTS_DOWN * up / (up + down));
	if (scale.base < LEAST_DOWN)
		scale.base = LEAST_DOWN;
	if (scale.base > COUNTS_DOWN - LEAST_DOWN)
		scale.base = COUNTS_DOWN - LEAST_DOWN;
	scale.pixels = up > 0 ? scale.base / up : COUNTS_DOWN;
	if (down > 0 && (COUNTS_DOWN - scale.base) / down < scale.pixels)
		scale.pixels = (COUNTS_DOWN - scale.base) / down;
	return scale;
}

/* What is there shows, however little it is. */
static double height_of(uint64_t count, const struct scale *scale)
{
	double height = (double)count * scale->pixels;

	return height < 1.5 ? 1.5 : height;
}

static void put_bars(const struct page *page, const struct day *day, bool rejected)
{
	const struct scale scale = scale_of(day);

	put(page, rejected ? "<path class=\"rejected\" d=\"" : "<path class=\"established\" d=\"");
	for (size_t i = 0; i < DAY_STEPS; i++) {
		uint64_t count = rejected ? day->steps[i].rejected : day->steps[i].established;

		if (count > 0)
			put_format(page, "M%zu %dh8v%.1fh-8z", i * STEP_UNITS + 1, scale.base,
			    rejected ? height_of(count, &scale) : -height_of(count, &scale));
	}
	put(page, "\"/>");
}

static void put_counts(const struct page *page, const struct day *day)
{
	int base = COUNTS_TOP + scale_of(day).base;

	open_box(page, COUNTS_TOP, COUNTS_DOWN);
	put_bars(page, day, false);
	put_bars(page, day, true);
	put_format(page,
	    "</svg><line class=\"frame\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>"
	    "<text x=\"2\" y=\"%d\">let in, at most %llu in 10 min</text>"
	    "<text x=\"2\" y=\"%d\">turned away, at most %llu</text>",
	    base, base, COUNTS_TOP - 2, (unsigned long long)day->most_established,
	    COUNTS_TOP + COUNTS_DOWN + 8, (unsigned long long)day->most_rejected);
}

/* -- the voters' share -- */

static double down_of(const struct day_step *step)
{
	return SHARE_DOWN - step->share * SHARE_DOWN;
}

/* The line breaks where nothing is known. */
static void put_line(const struct page *page, const struct day *day)
{
	bool drawing = false;

	put(page, "<path class=\"share\" d=\"");
	for (size_t i = 0; i < DAY_STEPS; i++) {
		const struct day_step *step = &day->steps[i];

		if (step->known && drawing)
			put_format(page, "V%.1f", down_of(step));
		else if (step->known)
			put_format(page, "M%zu %.1f", i * STEP_UNITS, down_of(step));
		if (step->known)
			put_format(page, "H%zu", (i + 1) * STEP_UNITS);
		drawing = step->known;
	}
	put(page, "\"/>");
}

static void put_area(const struct page *page, const struct day *day)
{
	put(page, "<path class=\"beneath\" d=\"");
	for (size_t i = 0; i < DAY_STEPS; i++)
		if (day->steps[i].share > 0)
			put_format(page, "M%zu %dV%.1fh%dV%dz", i * STEP_UNITS, SHARE_DOWN,
			    down_of(&day->steps[i]), STEP_UNITS, SHARE_DOWN);
	put(page, "\"/>");
}

static void put_share(const struct page *page, const struct day *day)
{
	open_box(page, SHARE_TOP, SHARE_DOWN);
	put_area(page, day);
	put_line(page, day);
	put(page, "</svg>");
	put_format(page,
	    "<line class=\"frame\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>"
	    "<text x=\"2\" y=\"%d\">known-good voters turned away, at most %.0f %%</text>",
	    SHARE_TOP + SHARE_DOWN, SHARE_TOP + SHARE_DOWN, SHARE_TOP + 2,
	    day->highest_share * 100);
}

/* -- our own sign-ins -- */

/* Low and thin where it was accepted, high and broad where it was not. */
static void put_probes_of(const struct page *page, const struct day *day, bool accepted)
{
	put(page, accepted ? "<path class=\"established\" d=\"" : "<path class=\"rejected\" d=\"");
	for (size_t i = 0; i < DAY_STEPS; i++) {
		uint8_t probe = day->steps[i].probe;

		if (probe == PROBE_NONE || (probe == PROBE_ACCEPTED) != accepted)
			continue;
		put_format(page, accepted ? "M%zu %dh4v-4h-4z" : "M%zu %dh8v-12h-8z",
		    i * STEP_UNITS + (accepted ? 3 : 1), PROBES_DOWN);
	}
	put(page, "\"/>");
}

static void put_probes(const struct page *page, const struct day *day)
{
	open_box(page, PROBES_TOP, PROBES_DOWN);
	put_probes_of(page, day, true);
	put_probes_of(page, day, false);
	put(page, "</svg>");
}

/* -- time, and where nothing is known of it -- */

static void put_axis(const struct page *page, const struct day *day)
{
	int64_t hour = day->from_ms / HOUR_MS + 1;

	for (int64_t end = hour + 24; hour < end; hour++) {
		double percent = day_place(day, hour * HOUR_MS) * 100;

		put_format(page,
		    "<line class=\"frame\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>",
		    percent, percent, AXIS_TOP, AXIS_TOP + (hour % LABEL_EVERY == 0 ? 6 : 3));
		if (hour % LABEL_EVERY == 0 && percent > 5 && percent < 95)
			put_format(page,
			    "<text class=\"middle\" x=\"%.2f%%\" y=\"%d\">%02d:00</text>", percent,
			    AXIS_TOP + 18, (int)(hour % 24));
	}
}

typedef bool is_so(const struct day_step *step);

static bool is_gap(const struct day_step *step)
{
	return !step->known;
}

static bool is_deaf(const struct day_step *step)
{
	return step->known && step->deaf;
}

/* A hatched field for each run of such steps. */
static void put_fields(const struct page *page, const struct day *day, is_so *is)
{
	static const size_t steps = DAY_STEPS;
	const double percent = 100 / (double)steps; /* for each step */
	size_t begin = 0;

	for (size_t i = 0; i <= DAY_STEPS; i++) {
		if (i < DAY_STEPS && is(&day->steps[i]))
			continue;
		if (i > begin)
			put_format(page,
			    "<rect x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\""
			    " fill=\"url(#%s-%zu)\"/>",
			    (double)begin * percent, (double)(i - begin) * percent, COUNTS_TOP,
			    AXIS_TOP - COUNTS_TOP, is == is_gap ? "gap" : "deaf", page->site);
		begin = i + 1;
	}
}

static void put_patterns(const struct page *page)
{
	put_format(page,
	    "<defs><pattern id=\"gap-%zu\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\""
	    " patternTransform=\"rotate(45)\"><line class=\"hatch\" y2=\"7\"/></pattern>"
	    "<pattern id=\"deaf-%zu\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\">"
	    "<circle class=\"hatch\" cx=\"3\" cy=\"3\" r=\".4\"/></pattern></defs>",
	    page->site, page->site);
}

/* -- the whole -- */

static bool has(const struct day *day, is_so *is)
{
	for (size_t i = 0; i < DAY_STEPS; i++)
		if (is(&day->steps[i]))
			return true;
	return false;
}

static void put_legend(const struct page *page, const struct day *day, const struct course *course)
{
	static const char key[] = "<svg class=\"key\" viewBox=\"0 0 8 8\" aria-hidden=\"true\">";

	put(page, "<ul class=\"legend\">");
	put_format(
	    page, "<li>%s<path class=\"established\" d=\"M0 0h8v8H0z\"/></svg> let in</li>", key);
	put_format(
	    page, "<li>%s<path class=\"rejected\" d=\"M0 0h8v8H0z\"/></svg> turned away</li>", key);
	put(page, "<li>bottom row: our own sign-in, high where it failed</li>");
	if (has(day, is_gap))
		put(page, "<li>hatched: nobody looked</li>");
	if (has(day, is_deaf))
		put(page, "<li>dotted: a log was deaf</li>");
	put_mark_legend(page, course);
	put(page, "</ul>\n");
}

static void put_description(const struct page *page, const struct day *day)
{
	char text[PAGE_CLOCK_BYTES];

	put_format(page, "<desc id=\"plot-%zu-text\">From %s to now: %llu handshakes let in and",
	    page->site, page_clock(page, day->from_ms, text), (unsigned long long)day->established);
	put_format(page, " %llu turned away; of the known-good voters at most %.0f %% turned away",
	    (unsigned long long)day->rejected, day->highest_share * 100);
	if (day->highest_share > 0)
		put_format(page, ", at %s", page_clock(page, day->highest_share_ms, text));
	put(page, ". The same as a table is below.</desc>");
}

void put_plot(const struct page *page, const struct report_site *site)
{
	struct day day;

	if (site->course == NULL)
		return;
	day_fill(&day, site->course, page->model->now_ms);
	put_format(page,
	    "<figure><svg class=\"plot\" role=\"img\" aria-labelledby=\"plot-%zu\""
	    " aria-describedby=\"plot-%zu-text\">"
	    "<title id=\"plot-%zu\">Handshakes and voters over the last day</title>",
	    page->site, page->site, page->site);
	put_description(page, &day);
	put_patterns(page);
	put_fields(page, &day, is_gap);
	put_fields(page, &day, is_deaf);
	put_counts(page, &day);
	put_share(page, &day);
	put_probes(page, &day);
	put_axis(page, &day);
	put_marks(page, &day, site->course);
	put(page, "</svg>\n<figcaption>");
	put_legend(page, &day, site->course);
	put(page, "</figcaption></figure>\n");
}

/* -- the same as a table -- */

#define STEPS_AN_HOUR (60 / DAY_STEP_MINUTES)

static void put_hour(const struct page *page, const struct day *day, size_t first)
{
	struct day_step hour = {0};
	char text[PAGE_CLOCK_BYTES];

	for (size_t i = first; i < first + STEPS_AN_HOUR; i++) {
		hour.established += day->steps[i].established;
		hour.rejected += day->steps[i].rejected;
		hour.known = hour.known || day->steps[i].known;
		if (day->steps[i].share > hour.share)
			hour.share = day->steps[i].share;
	}
	put_format(page, "<tr><th scope=\"row\">%s</th>",
	    page_clock(
		page, day->from_ms + (int64_t)first * DAY_STEP_MINUTES * COURSE_MINUTE_MS, text));
	if (hour.known)
		put_format(page, "<td>%llu</td><td>%llu</td><td>%.0f&nbsp;%%</td></tr>\n",
		    (unsigned long long)hour.established, (unsigned long long)hour.rejected,
		    hour.share * 100);
	else
		put(page, "<td>not known</td><td>not known</td><td>not known</td></tr>\n");
}

void put_day_table(const struct page *page, const struct report_site *site)
{
	struct day day;

	if (site->course == NULL)
		return;
	day_fill(&day, site->course, page->model->now_ms);
	put_format(page,
	    "<details id=\"day-%zu\"><summary>The last day as a table</summary>\n"
	    "<table><thead><tr><th scope=\"col\">Hour from</th><th scope=\"col\">Let in</th>"
	    "<th scope=\"col\">Turned away</th><th scope=\"col\">Voters turned away</th></tr>"
	    "</thead><tbody>\n",
	    page->site);
	for (size_t i = 0; i < DAY_STEPS; i += STEPS_AN_HOUR)
		put_hour(page, &day, i);
	put(page, "</tbody></table>\n");
	put_mark_list(page, site->course);
	put(page, "</details>\n");
}
