/* Comfort on top of pages that work without it: focus after changes, messages when a request fails, and warnings before
   something entered is lost. Sentences come from <template id="kf-messages">, so that they follow the page's language. */
(() => {
    "use strict";

    const status = document.getElementById("status");
    const sentences = document.getElementById("kf-messages");

    function sentence(when) {
        const found = sentences && sentences.content.querySelector(`[data-when="${when}"]`);
        return found ? found.textContent : "";
    }

    /* Shows a message in the live region until it is closed or replaced; `extra` is an element beside the text. */
    function notify(text, tone, extra) {
        if (!status || !text) return;
        const notice = document.createElement("div");
        notice.className = `kf-notice kf-notice--${tone}`;
        const words = document.createElement("p");
        words.textContent = text;
        const close = document.createElement("button");
        close.type = "button";
        close.className = "kern-btn kern-btn--tertiary kf-btn--small";
        const label = document.createElement("span");
        label.className = "kern-label";
        label.textContent = sentences.dataset.close;
        close.append(label);
        close.addEventListener("click", () => { status.replaceChildren(); });
        notice.append(words, ...(extra ? [extra] : []), close);
        status.replaceChildren(notice);
    }

    /* --- focus ------------------------------------------------------------------------------------------------------ */

    function focusOn(element) {
        if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
        element.focus();
    }

    function focusFirst(root) {
        const wanted = root.querySelector(".kf-errors[data-focus]") || root.querySelector("[data-focus]");
        if (wanted) focusOn(wanted);
        return Boolean(wanted);
    }

    /* --- htmx: what to say when an answer is not shown, and where the focus goes when one is ------------------------- */

    /* The sentences of errors/message.html; never markup. */
    function saidByServer(text) {
        const message = new DOMParser().parseFromString(text || "", "text/html").querySelector("[data-message]");
        return message ? message.textContent.trim().replace(/\s+/g, " ") : "";
    }

    /* The way to sign in beside this page, which keeps what was entered (accounts/signed_out.html). */
    function signInLink(text) {
        const offered = new DOMParser().parseFromString(text || "", "text/html").querySelector("a[data-sign-in]");
        if (!offered) return null;
        const link = document.createElement("a");
        link.className = "kern-link";
        link.href = new URL(offered.getAttribute("href"), window.location.origin).pathname;
        link.target = "_blank";
        link.rel = "noopener";
        link.textContent = offered.textContent.trim();
        return link;
    }

    document.addEventListener("htmx:response:error", (event) => {
        const code = event.detail.ctx.response.status;
        if (code === 422) return;
        const text = event.detail.ctx.text;
        notify(saidByServer(text) || sentence(code) || sentence(code >= 500 ? 500 : 400), "danger", code === 401 ? signInLink(text) : null);
    });

    document.addEventListener("htmx:error", (event) => {
        if (event.detail.ctx && !event.detail.ctx.response) notify(sentence("offline"), "danger");
    });

    document.addEventListener("htmx:after:swap", (event) => {
        const target = event.detail.ctx.target;
        const fresh = target && target.isConnected ? target : target && target.id && document.getElementById(target.id);
        if (!fresh || fresh === status) return;
        countAll(fresh);
        fresh.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
        fresh.querySelectorAll("[data-filter]").forEach((filter) => { if (filter.value) narrow(filter); });
        keepForBack(fresh);
        const quiet = fresh.closest("[data-quiet-once]");  // came by itself while the page was loading: nobody asked for it
        if (quiet) {
            quiet.removeAttribute("data-quiet-once");
            return;
        }
        if (focusFirst(fresh)) return;
        if (document.activeElement === document.body) focusOn(fresh.querySelector("h1, h2, h3") || fresh);
        const spoken = fresh.matches("[data-announce]") ? fresh : fresh.querySelector("[data-announce]");
        if (spoken) announce(spoken.dataset.announce);
    });

    /* Said by screen readers, not shown: "12 Vorgänge gefunden". */
    function announce(text) {
        if (!status) return;
        const words = document.createElement("p");
        words.className = "kern-sr-only";
        words.textContent = text;
        status.replaceChildren(words);
    }

    /* --- characters left ---------------------------------------------------------------------------------------------- */

    function count(area) {
        const place = document.getElementById(`${area.id}-limit`);
        if (!place) return;
        place.dataset.original ||= place.textContent;
        const left = Number(area.dataset.limit) - area.value.length;
        const near = left < Math.max(50, Number(area.dataset.limit) * 0.1);
        place.textContent = near ? sentence(left < 0 ? "exceeded" : "remaining").replace("#", Math.abs(left)) : place.dataset.original;
        place.classList.toggle("kf-limit--exceeded", left < 0);
    }

    function countAll(root) {
        root.querySelectorAll("textarea[data-limit]").forEach(count);
    }

    /* --- "back" -------------------------------------------------------------------------------------------------------- */

    /* For "back" a browser keeps only what differs from the page's own HTML. A swap writes what was typed into the HTML,
       so the defaults that the page came with are put back, without changing what is shown. */
    const TYPED = "form[data-keeps-nothing] input[name]:not([type=checkbox], [type=radio], [type=hidden], [type=file], [type=submit])";
    const defaults = new Map([...document.querySelectorAll(TYPED)].map((input) => [input.name, input.defaultValue]));

    function keepForBack(root) {
        root.querySelectorAll(TYPED).forEach((input) => {
            const typed = input.value;
            input.defaultValue = defaults.get(input.name) || "";
            input.value = typed;
        });
    }

    /* --- unsaved entries, double submits ------------------------------------------------------------------------------- */

    let unsaved = false;

    document.addEventListener("input", (event) => {
        if (event.target.matches("[data-filter]")) {
            narrow(event.target);
            return;
        }
        if (event.target.matches("textarea[data-limit]")) count(event.target);
        if (event.target.closest("form[data-warn-unsaved]")) unsaved = true;
        const all = event.target.closest("[data-check-all]");
        if (all) {
            document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(all.dataset.checkAll)}"]`)
                .forEach((box) => { box.checked = all.checked; });
        }
    });

    window.addEventListener("beforeunload", (event) => {
        if (unsaved) event.preventDefault();
    });

    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.method !== "post" || event.defaultPrevented) return;
        const now = Date.now();
        if (now - Number(form.dataset.sentAt || 0) < 2000) {
            event.preventDefault();
            return;
        }
        form.dataset.sentAt = now;
        unsaved = false;
    });

    document.addEventListener("htmx:after:request", (event) => {
        const form = event.detail.ctx.sourceElement.closest("form[data-warn-unsaved]");
        if (!form || form.hasAttribute("data-keeps-nothing")) return; // the answer was shown, nothing was stored
        if (event.detail.ctx.request.method !== "GET" && event.detail.ctx.response.status < 400) unsaved = false;
    });

    window.addEventListener("pageshow", () => {
        document.querySelectorAll("form[data-sent-at]").forEach((form) => { delete form.dataset.sentAt; });
    });

    /* --- signing out: what was kept in this browser goes with the session, others may sit here next ------------------- */

    const LEAVING = "kf-leaving";
    const signOut = "form[action$='/logout']";

    document.addEventListener("submit", (event) => {
        if (event.target.matches(signOut)) sessionStorage.setItem(LEAVING, "1");
    });

    if (sessionStorage.getItem(LEAVING)) {
        sessionStorage.removeItem(LEAVING);
        if (!document.querySelector(signOut)) {
            Object.keys(localStorage).filter((key) => key.startsWith("kimforms:notes:")).forEach((key) => { localStorage.removeItem(key); });
        }
    }

    /* --- connection and session ------------------------------------------------------------------------------------------ */

    window.addEventListener("offline", () => { notify(sentence("offline"), "warning"); });
    window.addEventListener("online", () => { notify(sentence("online"), "success"); });

    let timers = [];

    function watchSession(seconds) {
        timers.forEach(clearTimeout);
        timers = [
            setTimeout(() => { notify(sentence("expiring"), "warning", stayButton(seconds)); }, Math.max(0, seconds - 300) * 1000),
            setTimeout(() => { notify(sentence("expired"), "danger"); }, seconds * 1000),
        ];
    }

    function stayButton(seconds) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "kern-btn kern-btn--secondary kf-btn--small";
        const label = document.createElement("span");
        label.className = "kern-label";
        label.textContent = sentences.dataset.stay;
        button.append(label);
        button.addEventListener("click", async () => {
            try {
                const answer = await fetch(window.location.href, { method: "HEAD", redirect: "manual" });
                if (!answer.ok) throw new Error(String(answer.status));
                status.replaceChildren();
                watchSession(seconds);
            } catch {
                notify(sentence(navigator.onLine ? "expired" : "offline"), "danger");
            }
        });
        return button;
    }

    /* --- long lists to tick: only what matches is shown, and what is ticked ------------------------------------------------ */

    function narrow(filter) {
        const wanted = filter.value.trim().toLowerCase().split(/\s+/);
        const choices = [...document.getElementById(filter.dataset.filter).children];
        choices.forEach((choice) => {
            const text = choice.textContent.toLowerCase();
            choice.hidden = !choice.querySelector("input").checked && !wanted.every((word) => text.includes(word));
        });
        const status = filter.parentElement.querySelector("[data-shown]");
        const shown = choices.filter((choice) => !choice.hidden).length;
        status.textContent = filter.value ? status.dataset.shown.replace("%s", shown).replace("%s", choices.length) : "";
    }

    // the filter is no answer: it neither changes the form nor sends it
    document.addEventListener("change", (event) => {
        if (event.target.matches("[data-filter]")) event.stopPropagation();
    }, true);

    document.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("[data-filter]")) event.preventDefault();
    });

    /* --- menus -------------------------------------------------------------------------------------------------------------- */

    document.addEventListener("click", (event) => {
        document.querySelectorAll("details.kf-menu[open]").forEach((menu) => {
            if (!menu.contains(event.target)) menu.open = false;
        });
    });

    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        const menu = document.activeElement.closest("details.kf-menu[open]");
        if (menu) {
            menu.open = false;
            menu.querySelector("summary").focus();
        }
    });

    /* --- start ---------------------------------------------------------------------------------------------------------------- */

    document.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
    countAll(document);
    if (!window.location.hash) focusFirst(document);
    if (document.body.dataset.sessionSeconds) watchSession(Number(document.body.dataset.sessionSeconds));
})();
