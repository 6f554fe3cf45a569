/* Notes of a meeting lose nothing: what is typed is kept in this browser until the server has it, and sent again when the
   connection is back. Saving itself is htmx's (templates/meeting_session/_notes.html); without scripts there is a button. */
(() => {
    "use strict";

    const PREFIX = "kimforms:notes:";
    const MOST_ATTEMPTS = 20;
    const RETRY = 5000;
    const form = document.getElementById("notes-form");
    const words = document.getElementById("notes-words");
    if (!form || !words) return;

    const area = form.elements.namedItem("notes");
    const mine = `${PREFIX}${form.dataset.account}:`;
    const key = mine + form.dataset.notes;
    let attempts = [];  // texts that were sent without an answer: one of them may stand in the database
    let sent = null;
    let unsaved = false;

    function version() {
        const field = form.querySelector("[name=notes-version]");
        return field ? field.value : "0";
    }

    function read(name) {
        try {
            return JSON.parse(localStorage.getItem(name));
        } catch {
            return null;
        }
    }

    /* A full or forbidden store is no reason to stop writing: the server still saves. */
    function keep() {
        try {
            localStorage.setItem(key, JSON.stringify({ text: area.value, version: version(), attempts }));
        } catch { /* nothing to do */ }
    }

    function forget() {
        attempts = [];
        putAttempts();
        unsaved = false;
        localStorage.removeItem(key);
    }

    function putAttempts() {
        form.querySelectorAll("[name=notes-attempt]").forEach((field) => { field.remove(); });
        attempts.forEach((text) => {
            const field = document.createElement("textarea");  // an input would drop the line breaks
            field.name = "notes-attempt";
            field.value = text;
            field.hidden = true;
            field.setAttribute("aria-label", "notes-attempt");
            form.append(field);
        });
    }

    function say(text) {
        const state = document.getElementById("notes-state");
        state.querySelectorAll(":scope > p").forEach((old) => { old.remove(); });
        if (!text) return;
        const line = document.createElement("p");
        line.className = "kf-inset kf-inset--warning";
        line.textContent = text;
        state.append(line);
    }

    function send() {
        form.dispatchEvent(new CustomEvent("send-notes"));
    }

    function conflicting() {
        return Boolean(form.querySelector("[name=notes-seen]"));
    }

    area.addEventListener("input", keep);

    document.addEventListener("htmx:before:request", (event) => {
        if (event.detail.ctx.sourceElement !== form) return;
        sent = area.value;
        form.dataset.quietOnce = "";  // saved while somebody writes: nobody asked for the focus to move
    });

    document.addEventListener("htmx:after:swap", (event) => {
        if (event.detail.ctx.sourceElement !== form) return;
        const joined = form.querySelector("template[data-notes-text]");
        if (event.detail.ctx.response.status >= 400) {
            keep();
            return;
        }
        if (joined) {
            area.value = joined.dataset.notesText;
            forget();
        } else if (area.value === sent) {
            forget();
        } else {
            attempts = [];
            putAttempts();
            keep();
        }
    });

    function failed(event) {
        const ctx = event.detail.ctx;
        if (!ctx || ctx.sourceElement !== form || (ctx.response && ctx.response.status === 422)) return;
        unsaved = true;
        if (navigator.onLine && sent !== null && !attempts.includes(sent)) attempts = [...attempts, sent].slice(-MOST_ATTEMPTS);
        putAttempts();
        keep();
        say(words.dataset.unsaved);
    }

    document.addEventListener("htmx:error", failed);
    document.addEventListener("htmx:response:error", failed);
    window.addEventListener("online", () => { if (unsaved) send(); deliverOthers(); });
    setInterval(() => { if (unsaved && navigator.onLine && !conflicting()) send(); }, RETRY);

    /* Text of other items that is still here goes out by itself; if somebody else wrote there, a link leads to both texts. */
    async function deliver(name) {
        const kept = read(name);
        const [reference, item] = name.slice(mine.length).split(":");
        if (!kept || !item) return;
        const place = `${form.action.split("/meetings/")[0]}/meetings/${reference}/session`;
        const data = new FormData();
        data.append("csrf_token", form.elements.namedItem("csrf_token").value);
        data.append("notes", kept.text);
        data.append("notes-version", kept.version);
        (kept.attempts || []).forEach((text) => data.append("notes-attempt", text));
        try {
            const answer = await fetch(`${place}/items/${item}/notes`, { method: "POST", body: data, headers: { "HX-Request": "true" } });
            if (answer.ok) localStorage.removeItem(name);
            else offer(`${place}?item=${item}#notes`);
        } catch { /* without a connection: later */ }
    }

    function offer(address) {
        const link = document.createElement("a");
        link.className = "kern-link";
        link.href = address;
        link.textContent = words.dataset.elsewhere;
        const line = document.createElement("p");
        line.className = "kf-inset kf-inset--warning";
        line.append(link);
        form.before(line);
    }

    function deliverOthers() {
        Object.keys(localStorage).filter((name) => name.startsWith(mine) && name !== key).forEach(deliver);
    }

    /* --- text modules ------------------------------------------------------------------------------------------------------ */

    document.addEventListener("change", (event) => {
        const picker = event.target.closest("[data-inserts-into]");
        if (!picker || !picker.value) return;
        const before = area.value.slice(0, area.selectionStart);
        const glue = before && !before.endsWith("\n") ? "\n" : "";
        area.setRangeText(glue + picker.value, area.selectionStart, area.selectionEnd, "end");
        picker.value = "";
        area.focus();
        area.dispatchEvent(new Event("input", { bubbles: true }));
    });

    /* --- start --------------------------------------------------------------------------------------------------------------- */

    const kept = read(key);
    if (kept && kept.text !== area.value && !conflicting()) {
        area.value = kept.text;
        attempts = kept.attempts || [];
        putAttempts();
        form.querySelector("[name=notes-version]").value = kept.version;
        say(words.dataset.restored);
        unsaved = true;
        setTimeout(send, 100);  // once htmx has seen the form
    } else if (kept && !conflicting()) {
        localStorage.removeItem(key);
    }
    deliverOthers();
})();
