"use strict";
// One file, no network: the questions come from the JSON in the page, the answers leave as a JSON file.
(() => {
  const form = JSON.parse(document.getElementById("form-data").textContent);
  const answers = new Map();
  const articles = new Map();
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

  const touch = (id) => {
    const answer = answers.get(id);
    answer.changed_at = new Date().toISOString();
    answer.first_at ||= answer.changed_at;
    unsaved = true;
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
    document.getElementById("progress").textContent = `${done} of ${answers.size} questions answered`;
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
    const place = document.getElementById("questions");
    const nav = document.getElementById("sections");
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
    const who = document.getElementById("respondent");
    who.replaceChildren();
    for (const [key, title] of [["name", "Your name"], ["role", "Your role"], ["mail", "E-mail"]]) {
      const control = make("input", { type: "text", value: respondent[key] });
      control.addEventListener("input", () => { respondent[key] = control.value; unsaved = true; });
      who.append(labelled(title, control));
    }
  };

  document.getElementById("save").addEventListener("click", () => {
    const kept = Object.fromEntries([...answers].filter(([id, answer]) =>
      (answer.changed_at || answered(answer)) && !groundless(articles.get(id).question)));
    const record = { schema: "vendoreval/form-answers/1", form: form.identity, saved_at: new Date().toISOString(), respondent, answers: kept };
    const url = URL.createObjectURL(new Blob([JSON.stringify(record, null, 1)], { type: "application/json" }));
    make("a", { href: url, download: `${form.identity.bank}-${form.identity.vendor}-answers.json` }).click();
    unsaved = false;
  });
  document.getElementById("open").addEventListener("change", async (event) => {
    const message = document.getElementById("message");
    try {
      const record = JSON.parse(await event.target.files[0].text());
      if (record.form?.template_sha256 !== form.identity.template_sha256) throw new Error("it belongs to another form");
      draw(record);
      unsaved = false;
      message.textContent = "";
    } catch (error) {
      message.textContent = `The file cannot be opened: ${error.message}.`;
    }
    event.target.value = "";
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  draw({ answers: form.answers });
})();
