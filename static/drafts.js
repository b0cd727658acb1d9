// What is typed is sent while it is typed, and the page says what became of it. Nothing is stored in the browser: it may be
// a shared one. Also folds away questions that are not asked. Every text comes from the page.
"use strict";
(() => {
  const texts = JSON.parse(document.querySelector('meta[name="facility-texts"]')?.content || "{}");
  const ahead = Date.parse(document.body.dataset.now) - Date.now() || 0;
  const clock = () => new Date(Date.now() + ahead).toLocaleTimeString("en-GB", { timeZone: "Europe/Brussels" });
  const PAUSE = 800, PATIENCE = 15000, WAITS = [1000, 2000, 4000, 8000, 15000, 30000];
  const drafts = new Map(); // form -> { dirty, sending, timer, tries, trouble, passed }

  const kept = (form) => form && marked(form) && form.dataset.autosave;
  const draftOf = (form) => {
    if (!drafts.has(form)) drafts.set(form, { dirty: false, sending: null, timer: 0, tries: 0, trouble: "", passed: false });
    return drafts.get(form);
  };

  // --- what the page says: quietly that it is kept, aloud when it is not and when it is again
  const say = (form, text, failed) => {
    const place = form.querySelector("[data-saved]");
    place.hidden = false;
    place.textContent = text;
    place.classList.toggle("saved--not", failed);
  };
  const tell = (form, trouble, parts) => {
    const draft = draftOf(form), place = form.querySelector("[data-trouble]");
    if (draft.trouble === trouble) return;
    draft.trouble = trouble;
    place.replaceChildren(...parts);
    place.classList.toggle("trouble--over", trouble === "");
  };
  const signIn = () => Object.assign(document.createElement("a"), { href: "/sign-in", target: "_blank", textContent: texts.signIn });
  const TOLD = {
    offline: () => [`${texts.offline} ${texts.tries}`],
    busy: () => [`${texts.busy} ${texts.tries}`],
    ended: () => [`${texts.ended} `, signIn(), `, ${texts.goOn}`],
    other: () => [`${texts.other} `, signIn()],
    closed: () => [texts.closed],
    removed: () => [texts.removed],
    replaced: () => [texts.replaced],
    long: () => [texts.long],
  };
  const REASONS = { other_person: "other", link_revoked: "replaced", removed: "removed" };
  const FINAL = ["closed", "removed", "replaced", "long"]; // trying again does not help
  const OVER = { ended: "again", other: "again" };

  // --- sending: one at a time for each form, again after a while when it fails
  const fate = (answer) => {
    if (answer.status === 401) return "ended";
    if (answer.status === 413 || answer.status === 422) return "long";
    if (answer.status === 409) return REASONS[answer.headers.get("x-reason")] || "closed";
    return "busy";
  };
  const post = (form, keepalive) => {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    return fetch(form.dataset.autosave, {
      method: "POST", body: new URLSearchParams(body), credentials: "same-origin", redirect: "error", keepalive,
      signal: AbortSignal.timeout(PATIENCE), headers: { "x-csrf-token": form.elements._csrf_token.value, "x-autosave": "1" },
    });
  };
  // The token of a browser that was closed in between is no longer good: this page, asked for again, has a fresh one.
  const renew = async (form) => {
    const old = form.elements._csrf_token.value;
    const answer = await fetch(location.href, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.redirected) return "ended";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("input[name=_csrf_token]");
    if (!token) return "busy";
    for (const field of document.querySelectorAll("input[name=_csrf_token]")) if (field.value === old) field.value = token.value;
    return "";
  };
  const attempt = async (form, keepalive) => {
    let answer = await post(form, keepalive);
    if (answer.status === 403) {
      const failed = await renew(form);
      if (failed) return failed;
      answer = await post(form, keepalive);
    }
    return answer.ok ? "" : fate(answer);
  };
  const send = (form, keepalive = false) => {
    const draft = draftOf(form);
    clearTimeout(draft.timer);
    if (draft.sending) return draft.sending.then(() => (draft.dirty ? send(form) : draft.trouble));
    draft.dirty = false;
    draft.sending = attempt(form, keepalive).catch(() => "offline").then((trouble) => {
      draft.sending = null;
      if (trouble) draft.dirty = true;
      settle(form, draft, trouble);
      return trouble;
    });
    return draft.sending;
  };
  const settle = (form, draft, trouble) => {
    if (!trouble) {
      if (draft.trouble) tell(form, "", [texts[OVER[draft.trouble] || "back"]]);
      draft.tries = 0;
      say(form, `${form.dataset.kept} ${clock()}`, false);
      return;
    }
    tell(form, trouble, TOLD[trouble]());
    say(form, "", true);
    if (!FINAL.includes(trouble)) draft.timer = setTimeout(() => send(form), WAITS[Math.min(draft.tries++, WAITS.length - 1)]);
  };
  const now = (keepalive = false) => {
    for (const [form, draft] of drafts) if (draft.dirty && form.isConnected) send(form, keepalive);
  };

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!kept(form)) return;
    const draft = draftOf(form);
    draft.dirty = true;
    if (!draft.trouble) form.querySelector("[data-trouble]").replaceChildren();
    if (draft.trouble && draft.trouble !== "long") return;
    clearTimeout(draft.timer);
    draft.timer = setTimeout(() => send(form), PAUSE);
  });
  addEventListener("online", () => now());
  addEventListener("focus", () => now());
  document.addEventListener("visibilitychange", () => now(document.visibilityState === "hidden"));
  addEventListener("beforeunload", (event) => {
    for (const [form, draft] of drafts) if (form.isConnected && (draft.dirty || draft.sending) && !draft.passed) event.preventDefault();
  });

  // --- a button: what is typed is kept first, so that it is safe whatever happens to the page that follows
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!kept(form)) return void leave();
    const draft = draftOf(form);
    if (draft.passed) return;
    event.preventDefault();
    const button = event.submitter;
    const trouble = await Promise.race([send(form), new Promise((done) => setTimeout(done, 4000, "slow"))]);
    if (trouble && trouble !== "slow" && !FINAL.includes(trouble)) {
      const place = form.querySelector("[data-trouble]");
      if (!place.textContent.includes(texts.waits)) place.append(` ${texts.waits}`);
      return;
    }
    draft.passed = true;
    form.requestSubmit(button);
    setTimeout(() => (draft.passed = false), 4000);
  });
  // Another form of the page, such as one that discards what was typed.
  const leave = () => {
    for (const draft of drafts.values()) clearTimeout(draft.timer), (draft.passed = true);
  };

  // --- questions that are asked only if another one has a certain answer
  const fold = (root) => {
    for (const place of root.querySelectorAll?.("[data-asked-if]") || []) {
      const given = new FormData(place.closest("form")).getAll(place.dataset.askedIf);
      const asked = JSON.parse(place.dataset.answers).some((answer) => given.includes(answer));
      place.hidden = !asked && !("stays" in place.dataset);
      place.querySelector(".depends-when")?.remove();
    }
  };
  document.addEventListener("change", (event) => event.target.form && fold(event.target.form));
  document.addEventListener("htmx:afterSettle", (event) => fold(event.detail.elt));
  fold(document);
  // A link to a field that is folded away opens it.
  const unfold = () => {
    const field = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = field && field.closest("[data-asked-if][hidden]");
    if (folded) (folded.hidden = false), (folded.dataset.stays = ""), field.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
