"use strict";
// One file, no network: the questions come from the JSON in the page, the answers leave as a JSON file. Until then
// a draft of them lies in the browser's own store.
(() => {
  const form = JSON.parse(document.getElementById("form-data").textContent);
  const answers = new Map();
  const articles = new Map();
  const byId = (id) => document.getElementById(id);
  let respondent = {};
  let unsaved = false;

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const labelled = (title, control) => make("label", { className: "text" }, title, control);
  const choices = (options, value) => {
    const list = make("select");
    for (const [key, title] of [["", "–"], ...options]) list.append(make("option", { value: key, textContent: title }));
    list.value = value || "";
    return list;
  };
  const empty = () => ({ level: "", commitment: "", value: "", text: "", note: "", evidence: [], first_at: "", changed_at: "" });
  const answered = (answer) => answer.level !== "" || answer.text.trim() !== "";
  // A question may presuppose a level of another one; where that one is lower there is nothing to ask.
  const groundless = ({ only_if: [other, least] }) => {
    if (!other) return false;
    const level = answers.get(other).level;
    return groundless(articles.get(other).question) || (/^[0-4]$/.test(level) && Number(level) < least);
  };

  // The draft: what was typed so far, in this browser's own store under the form's id, until it is discarded.
  const draftName = `vendoreval-draft-${form.id}`;
  let timer = 0;
  const record = (kept) => ({ schema: "vendoreval/form-answers/1", form: form.identity, saved_at: new Date().toISOString(), respondent, answers: Object.fromEntries(kept) });
  const began = ([, answer]) => answer.changed_at || answered(answer);
  const clock = (moment) => moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const drafted = (word, kept) => {
    byId("draft").textContent = word;
    byId("discard").hidden = !kept;
  };
  const keepDraft = () => {
    clearTimeout(timer);
    timer = 0;
    try {
      localStorage.setItem(draftName, JSON.stringify(record([...answers].filter(began))));
      unsaved = false;
      drafted(`Draft kept, ${clock(new Date())}`, true);
    } catch {
      drafted("This browser keeps no draft: save often", false);
    }
  };
  const changed = () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(keepDraft, 400);
  };
  const removeDraft = () => {
    clearTimeout(timer);
    timer = 0;
    try { localStorage.removeItem(draftName); } catch { /* a browser without a store keeps no draft */ }
    unsaved = false;
    drafted("", false);
  };
  const foundDraft = () => {
    try {
      const draft = JSON.parse(localStorage.getItem(draftName));
      const ours = draft?.form?.template_sha256 === form.identity.template_sha256;
      return ours && draft.answers && !Number.isNaN(Date.parse(draft.saved_at)) ? draft : null;
    } catch {
      return null;
    }
  };
  // Nothing can be typed, and so no draft be overwritten, until somebody chose what becomes of the one that is there.
  const wait = (draft) => {
    for (const id of ["questions", "respondent"]) byId(id).hidden = !!draft;
    byId("save").disabled = byId("open").disabled = !!draft;
    byId("waiting").hidden = !draft;
    if (!draft) return;
    const count = Object.keys(draft.answers).length;
    byId("found").textContent = `This browser keeps a draft of ${new Date(draft.saved_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })} with ${count} ${count === 1 ? "answer" : "answers"}.`;
  };

  const touch = (id) => {
    const answer = answers.get(id);
    answer.changed_at = new Date().toISOString();
    answer.first_at ||= answer.changed_at;
    changed();
    refresh(id);
  };
  const refresh = (id) => {
    const answer = answers.get(id);
    const { article, details, reason } = articles.get(id);
    article.classList.toggle("done", answered(answer));
    details.hidden = ["na", "declined", "unknown"].includes(answer.level);
    reason.firstChild.textContent = answer.level === "na" ? "Why does it not apply?" : "Remark";
    let done = 0;
    for (const [one, { question, article: shown, body, skipped }] of articles) {
      const idle = groundless(question);
      body.hidden = idle;
      skipped.hidden = !idle;
      shown.classList.toggle("idle", idle);
      if (idle || answered(answers.get(one))) done += 1;
    }
    byId("progress").textContent = `${done} of ${answers.size} answered`;
  };

  const sha256 = async (file) => {
    if (!globalThis.crypto?.subtle) return "";
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const bound = (id, target, key, control) => {
    control.value = target[key] || "";
    control.addEventListener("input", () => { target[key] = control.value; touch(id); });
    return control;
  };

  const pieceOfEvidence = (id, piece, list) => {
    const box = make("div", { className: "piece" });
    const hash = make("code", { textContent: piece.sha256 ? `SHA-256 ${piece.sha256}` : "" });
    const name = bound(id, piece, "name", make("input", { type: "text" }));
    name.addEventListener("input", () => { piece.sha256 = ""; hash.textContent = ""; });
    const file = make("input", { type: "file" });
    file.addEventListener("change", async () => {
      if (!file.files.length) return;
      piece.name = name.value = file.files[0].name;
      piece.sha256 = await sha256(file.files[0]);
      hash.textContent = piece.sha256 ? `SHA-256 ${piece.sha256}` : "";
      touch(id);
    });
    const remove = make("button", { type: "button", className: "quiet", textContent: "Remove" });
    remove.addEventListener("click", () => {
      answers.get(id).evidence = answers.get(id).evidence.filter((one) => one !== piece);
      box.remove();
      touch(id);
    });
    const kind = bound(id, piece, "kind", choices(form.evidence_kinds, piece.kind));
    box.append(
      make("div", { className: "row" }, labelled("File name", name), labelled("Kind", kind),
        labelled("Dated", bound(id, piece, "dated", make("input", { type: "date" }))),
        labelled("Valid until", bound(id, piece, "expires", make("input", { type: "date" })))),
      make("div", { className: "row" }, labelled("Take name and fingerprint from the file (it is not uploaded)", file), remove),
      hash);
    list.append(box);
  };

  const levels = (question, answer) => {
    const box = make("fieldset", {}, make("legend", { textContent: "Your level" }));
    const others = make("div", { className: "others" });
    const option = (value, title, place, number) => {
      const radio = make("input", { type: "radio", name: `level-${question.id}`, value, checked: answer.level === value });
      radio.addEventListener("change", () => { answer.level = value; touch(question.id); });
      place.append(make("label", { className: "level" }, radio, ...(number ? [make("b", { textContent: value })] : []), make("span", { textContent: title })));
    };
    question.levels.forEach((title, level) => option(String(level), title, box, true));
    form.states.forEach(([state, title]) => option(state, title, others, false));
    option("", "No answer yet", others, false);
    box.append(others);
    return box;
  };

  const ask = (question) => {
    const answer = answers.get(question.id);
    const details = make("div");
    const row = make("div", { className: "row" });
    if (question.commit) row.append(labelled("Will you put it in the contract?", bound(question.id, answer, "commitment", choices(form.commitments, answer.commitment))));
    if (question.unit) row.append(labelled(`Figure, one number in: ${question.unit}`, bound(question.id, answer, "value", make("input", { type: "text" }))));
    details.append(row, labelled("Your answer in words", bound(question.id, answer, "text", make("textarea"))));
    if (question.wanted.length) {
      const list = make("div");
      const add = make("button", { type: "button", className: "quiet", textContent: "Add evidence" });
      add.addEventListener("click", () => {
        const piece = { kind: "document", name: "", sha256: "", dated: "", expires: "" };
        answer.evidence.push(piece);
        pieceOfEvidence(question.id, piece, list);
      });
      answer.evidence.forEach((piece) => pieceOfEvidence(question.id, piece, list));
      details.append(make("p", { className: "hint", textContent: `Evidence welcome: ${question.wanted.join("; ")}` }), list, add);
    }
    const reason = labelled("Remark", bound(question.id, answer, "note", make("input", { type: "text" })));
    const body = make("div", {}, levels(question, answer), details, reason);
    const [other, least] = question.only_if;
    const skipped = make("p", { className: "hint", hidden: true, textContent: other ? `Not asked, since ${other} is below level ${least}.` : "" });
    const article = make("article", { id: question.id },
      make("h3", {}, make("span", { textContent: question.id }), question.text), skipped, body);
    articles.set(question.id, { question, article, body, skipped, details, reason });
    return article;
  };

  const draw = (given) => {
    answers.clear();
    articles.clear();
    const place = byId("questions");
    const nav = byId("sections");
    place.replaceChildren();
    nav.replaceChildren();
    for (const section of form.sections) {
      nav.append(make("a", { href: `#section-${section.id}`, textContent: `${section.id} ${section.title}` }));
      place.append(make("h2", { id: `section-${section.id}`, textContent: `${section.id}  ${section.title}` }));
      for (const question of section.questions) {
        answers.set(question.id, { ...empty(), ...(given.answers?.[question.id] || {}) });
        place.append(ask(question));
      }
    }
    for (const id of answers.keys()) refresh(id);
    respondent = { name: "", role: "", mail: "", ...(given.respondent || {}) };
    const who = byId("respondent");
    who.replaceChildren();
    for (const [key, title] of [["name", "Your name"], ["role", "Your role"], ["mail", "E-mail"]]) {
      const control = make("input", { type: "text", value: respondent[key] });
      control.addEventListener("input", () => { respondent[key] = control.value; changed(); });
      who.append(labelled(title, control));
    }
  };

  byId("save").addEventListener("click", () => {
    const kept = [...answers].filter((entry) => began(entry) && !groundless(articles.get(entry[0]).question));
    const url = URL.createObjectURL(new Blob([JSON.stringify(record(kept), null, 1)], { type: "application/json" }));
    make("a", { href: url, download: `${form.identity.bank}-${form.identity.vendor}-answers.json` }).click();
    unsaved = false;
  });
  byId("open").addEventListener("change", async (event) => {
    const message = byId("message");
    try {
      const opened = JSON.parse(await event.target.files[0].text());
      if (opened.form?.template_sha256 !== form.identity.template_sha256) throw new Error("it belongs to another form");
      draw(opened);
      message.textContent = "";
      keepDraft();
    } catch (error) {
      message.textContent = `The file cannot be opened: ${error.message}.`;
    }
    event.target.value = "";
  });
  byId("restore").addEventListener("click", () => {
    try {
      draw(foundDraft());
      drafted("Draft restored", true);
    } catch {
      draw({ answers: form.answers });
      byId("message").textContent = "The draft could not be read.";
    }
    wait(null);
  });
  const startAgain = () => {
    if (!confirm("Discard the draft? What was typed here and not saved as a file is lost.")) return;
    removeDraft();
    draw({ answers: form.answers });
    wait(null);
  };
  byId("drop").addEventListener("click", startAgain);
  byId("discard").addEventListener("click", startAgain);
  addEventListener("pagehide", () => { if (timer) keepDraft(); });
  addEventListener("beforeunload", (event) => {
    if (timer) keepDraft();
    if (unsaved) event.preventDefault();
  });
  draw({ answers: form.answers });
  wait(foundDraft());
})();
