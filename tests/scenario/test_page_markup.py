"""Shows that no text, wherever it came from, becomes markup: pages of which every text is made of
what would like to be, have the very elements and attributes of a page with nothing to escape."""

import html.parser
import os
import random
import subprocess

from rig.source import build_directory

SEED = int(os.environ.get("AUTHMEDIC_SEED", "401"))
PAGES = 2000 if os.environ.get("AUTHMEDIC_LONG") == "1" else 200


class Structure(html.parser.HTMLParser):
    """Elements and attributes in their order, without texts."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.items, self.links, self.texts = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.items.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag):
        self.items.append(f"/{tag}")

    def handle_comment(self, data):
        self.items.append("comment")

    def handle_pi(self, data):
        self.items.append("instruction")

    def unknown_decl(self, data):
        self.items.append("declaration")

    def handle_data(self, data):
        self.texts.append(data)


def print_page(seed):
    program = os.path.join(build_directory(), "tests/page/page-scenes")
    return subprocess.run([program, "hostile", str(seed)], stdout=subprocess.PIPE, check=True).stdout


def test_every_text():
    """Random texts in every field of the model; the seed of one that fails is told."""
    expected = Structure(print_page(0).decode())
    assert len(expected.items) > 300
    chance = random.Random(SEED)
    for _ in range(PAGES):
        seed = chance.randint(1, 2 ** 63)
        page = print_page(seed).decode("utf-8", "strict")
        found = Structure(page)
        assert found.items == expected.items, f"seed {seed}"
        assert all(link[0] in "/#" and not link.startswith("//") for link in found.links), seed
        assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in page), seed


def test_it_can_fail():
    """The comparison sees each thing that an unescaped text could do."""
    page = print_page(0).decode()
    expected = Structure(page).items
    for evil in ["<b>", "</p>", "<!-- -->", "</title><x", '"><i>', "<?x?>"]:
        assert Structure(page.replace("as <code>x", f"as <code>{evil}", 1)).items != expected, evil
    assert Structure(page.replace('content="x"', 'content="x" onload="x"', 1)).items != expected
