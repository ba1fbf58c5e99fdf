"use strict";
(() => {
	const EVERY_MS = 5000, LONGEST_MS = 30000, PATIENCE_MS = 10000;
	const live = document.getElementById("live");
	const answered = () => document.getElementById("as-of").textContent;
	let timer = 0, failures = 0, running = false;

	/* Makes `old` like `fresh` where they differ, so that what is selected, focused or open stays. */
	const follow = (old, fresh) => {
		if (old === live) return;
		if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
			old.replaceWith(document.importNode(fresh, true));
		} else if (old.nodeType !== Node.ELEMENT_NODE) {
			if (old.data !== fresh.data) old.data = fresh.data;
		} else {
			followAttributes(old, fresh);
			followChildren(old, fresh);
		}
	};

	const followAttributes = (old, fresh) => {
		for (const { name } of [...old.attributes])
			if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
		for (const { name, value } of fresh.attributes)
			if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
	};

	/* What has an id stays itself, whatever comes or goes beside it. */
	const followChildren = (old, fresh) => {
		const ids = new Set([...fresh.children].map((child) => child.id));
		let place = old.firstChild;
		const dropUntil = (isThere) => {
			while (place && !isThere()) {
				const next = place.nextSibling;
				place.remove();
				place = next;
			}
		};
		for (const child of fresh.childNodes) {
			const same = child.id && [...old.children].find((one) => one.id === child.id);
			dropUntil(() => !place.id || ids.has(place.id));
			if (same) dropUntil(() => place.id);
			if (same ? place !== same : !place || place.id) {
				old.insertBefore(same || document.importNode(child, true), place);
				if (!same) continue;
			} else {
				place = place.nextSibling;
			}
			follow(same || (place ? place.previousSibling : old.lastChild), child);
		}
		dropUntil(() => false);
	};

	const say = (text, gone) => {
		if (live.textContent !== text) live.textContent = text;
		live.className = gone ? "banner gone" : "quiet";
	};

	const take = (text) => {
		const fresh = new DOMParser().parseFromString(text, "text/html");
		const version = (page) => page.querySelector("meta[name=version]")?.content;
		if (!fresh.getElementById("as-of")) throw new Error("this is not the page");
		if (version(fresh) !== version(document)) {
			location.reload();
			return;
		}
		document.title = fresh.title;
		follow(document.body, fresh.body);
	};

	const look = async () => {
		if (running || document.hidden) return;
		running = true;
		clearTimeout(timer);
		try {
			const answer = await fetch(location.pathname, {
				cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
			});
			if (!answer.ok) throw new Error(`it answers ${answer.status}`);
			take(await answer.text());
			failures = 0;
			say("This page follows by itself.", false);
		} catch {
			failures++;
			document.title = `No answer: ${document.title.replace(/^No answer: /, "")}`;
			say(`authmedicd does not answer. What you see is as of ${answered()}; trying again.`, true);
		}
		running = false;
		timer = setTimeout(look, Math.min(EVERY_MS * 2 ** Math.max(failures - 1, 0), LONGEST_MS));
	};

	live.hidden = false;
	say("This page follows by itself.", false);
	document.addEventListener("visibilitychange", () => {
		clearTimeout(timer);
		if (!document.hidden) look();
	});
	timer = setTimeout(look, EVERY_MS);
})();
