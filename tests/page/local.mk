# Prints the page of scenes that always are the same; tests/scenario/test_page_look.py looks at them.
EXTRA_DIST += tests/page/golden
check_PROGRAMS += tests/page/page-scenes
tests_page_page_scenes_SOURCES = tests/page/page_scenes.c
