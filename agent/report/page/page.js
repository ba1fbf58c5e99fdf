"use strict";
(() => {
	const EVERY_MS = 5000, LONGEST_MS = 30000, PATIENCE_MS = 10000;
	const live = document.getElementById("live");
	const answered = () => document.getElementById("as-of").textContent;
	let timer = 0, failures = 0, running = false;

	/* Makes `old` like `fresh` where they differ, so that what is selected, focused or open stays. */
	const follow = (old, fresh) => {
		if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
			old.replaceWith(document.importNode(fresh, true));
			return;
		}
		if (old.nodeType !== Node.ELEMENT_NODE) {
			if (old.data !== fresh.data) old.data = fresh.data;
			return;
		}
		if (old === live) return;
		for (const { name } of [...old.attributes])
			if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
		for (const { name, value } of fresh.attributes)
			if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
		const olds = [...old.childNodes], freshes = [...fresh.childNodes];
		freshes.forEach((child, i) => {
			if (i < olds.length) follow(olds[i], child);
			else old.append(document.importNode(child, true));
		});
		olds.slice(freshes.length).forEach((child) => child.remove());
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
