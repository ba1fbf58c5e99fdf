"""Shows what a person sees of the status page, in a real browser: its text, on a screen and on a
phone, light and dark, with and without script; and that it keeps its own policy."""

import os

import pytest

from rig import SOURCE_DIRECTORY
from rig.axe import Axe
from rig.scenes import SCENES

GOLDEN = os.path.join(SOURCE_DIRECTORY, "tests", "page", "golden")
PICTURES = os.path.join(SOURCE_DIRECTORY, "docs", "screenshots")
PICTURE_BYTES = 100 * 1024
PHONE = 360
LOOKS = {"light": ({}, (*SCENES, "many")), "dark": ({"dark": True}, SCENES),
         "phone": ({"width": PHONE}, ("incident", "deaf"))}
OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true; }); true"


@pytest.fixture(name="served")
def fixture_served(rig):
    """A browser, and what it looks at."""
    return rig.browser(), rig.scenes()


@pytest.fixture(name="axe", scope="module")
def fixture_axe(tmp_path_factory):
    """axe-core, fetched once."""
    return Axe(str(tmp_path_factory.mktemp("axe")))


def check_kept_to_itself(page, url):
    assert not page.complaints
    assert set(page.requests) == {url}


def check_text(scene, text):
    """Against what is kept; AUTHMEDIC_UPDATE=1 keeps it anew."""
    path = os.path.join(GOLDEN, f"{scene}.txt")
    if os.environ.get("AUTHMEDIC_UPDATE") == "1":
        with open(path, "w", encoding="utf-8") as kept:
            kept.write(text + "\n")
    with open(path, encoding="utf-8") as kept:
        assert text + "\n" == kept.read(), f"{path}; AUTHMEDIC_UPDATE=1 takes what is new"


def test_texts_and_pictures(rig, served):
    """Each scene reads as it should, can be pictured, and has its picture in docs/screenshots."""
    browser, scenes = served
    for scene in SCENES:
        url = f"{scenes.url}/{scene}"
        page = browser.open(url)
        check_kept_to_itself(page, url)
        check_text(scene, page.text())
        picture = page.picture()
        assert picture.startswith(b"\x89PNG")
        with open(rig.path(f"{scene}.png"), "wb") as file:
            file.write(picture)
        assert 0 < os.stat(os.path.join(PICTURES, f"{scene}.png")).st_size <= PICTURE_BYTES


@pytest.mark.parametrize("look", LOOKS)
def test_nobody_is_kept_out(served, axe, look):
    """axe-core finds nothing in any scene, with all parts opened."""
    browser, scenes = served
    options, names = LOOKS[look]
    for scene in names:
        page = browser.open(f"{scenes.url}/{scene}", **options)
        page.evaluate(OPEN_ALL)
        assert axe.violations(page) == [], scene
        assert not page.complaints


def test_axe_can_find(served, axe):
    """It would find a picture without words, and text that is too pale."""
    browser, scenes = served
    page = browser.open(f"{scenes.url}/well")
    page.evaluate("document.querySelector('figure title').remove();"
                  "document.querySelector('footer p').style.color = '#bbb'; true")
    assert {found["rule"] for found in axe.violations(page)} >= {"svg-img-alt", "color-contrast"}


def test_on_a_phone(served):
    """Nothing is wider than the screen, with all parts opened, also with hostile texts."""
    browser, scenes = served
    for scene in (*SCENES, "many", "hostile", "many/sites/2"):
        page = browser.open(f"{scenes.url}/{scene}", width=PHONE)
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, scene
        wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(part => part.clientWidth > 0 &&"
            " part.scrollWidth > part.clientWidth + 1 &&"
            " getComputedStyle(part).overflowX !== 'visible').map(part => part.outerHTML)")
        assert wide == [], scene
        assert not page.complaints


def test_without_script(served):
    """All there is to read is there without the script, but for the line that it writes."""
    browser, scenes = served
    for scene in SCENES:
        with_script = browser.open(f"{scenes.url}/{scene}").text()
        without = browser.open(f"{scenes.url}/{scene}", script=False).text()
        assert without == with_script.replace("This page follows by itself.",
                                              "Load the page again for news.")


def test_policy_stands(served):
    """The policy lets nothing in that is not the page's own: no style, script, picture or request
    to another place, and it says so."""
    browser, scenes = served
    page = browser.open(f"{scenes.url}/well")
    page.evaluate("""(() => {
        const script = document.createElement('script');
        script.textContent = 'window.intruder = true';
        const picture = document.createElement('img');
        picture.src = '/picture.png';
        document.body.setAttribute('onclick', 'window.intruder = true');
        document.body.append(script, picture);
        document.body.click();
        return true;
    })()""")
    assert page.evaluate("window.intruder === undefined")
    other = scenes.url.replace("127.0.0.1", "localhost")
    assert page.evaluate(f"fetch('{other}/well', {{mode: 'no-cors'}}).then(() => 'in', () => 'out')") == "out"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)
    assert set(page.requests) <= {f"{scenes.url}/well", f"{other}/well", f"{scenes.url}/picture.png"}


FOLLOW = """(async () => {
    const really = window.really ??= window.fetch;
    window.next = await (await really('/%s')).text();
    window.fetch = async () => new Response(window.next);
    return true;
})()"""
IS_SAME = """(() => {
    const plain = (body) => {
        const copy = body.cloneNode(true);
        copy.querySelector('#live').remove();
        copy.querySelectorAll('details').forEach(part => part.removeAttribute('open'));
        return copy.outerHTML;
    };
    const fresh = new DOMParser().parseFromString(window.next, 'text/html');
    return plain(document.body) === plain(fresh.body);
})()"""


def test_following_is_exact(served):
    """From whatever scene to whatever other, also with many sites: a page that followed is the page
    that a new load would give."""
    browser, scenes = served
    names = [*SCENES, "many"]
    page = browser.open(f"{scenes.url}/well")
    for turn in range(2 * len(names) ** 2):
        scene = names[turn * (turn // len(names) + 1) % len(names)]
        page.evaluate(FOLLOW % scene)
        page.pass_time(5000)
        assert page.evaluate(IS_SAME), f"{turn}: {scene}"
    page.evaluate("document.querySelector('h2').textContent = 'x'; true")
    assert not page.evaluate(IS_SAME)
    assert not page.complaints
