"""A steering group's meeting as people live through it in the browser: planned, an agenda from two papers, approved, invited
in time, answered by link, page and calendar, held with a late arrival and a lost quorum, three decisions of which one sets
up a working group, minutes signed and sent, an objection followed, and the task on the next agenda.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from ..support.browser import NARROW
from ..support.calendar_replies import reply
from ..support.meeting_journeys import mailed_link, papers_on, voters_on
from ..support.server import Server
from ..support.story import Story
from .conftest import MakePerson

OFFICE, CHAIR, MANAGER, MEMBER = (
    "leitung@rsk.example", "vorsitz@rsk.example", "dezernat@rsk.example", "mitglied@jobcenter.example",
)  # fmt: skip
BODY = "lenkungsgruppe-kim"
OWN = "Arbeitsprogramm beschließen"
TASK = "Räume für die Arbeitsgruppe anfragen"


def in_weeks(weeks: int) -> date:
    """A Wednesday about so many weeks ahead."""
    day = date.today() + timedelta(weeks=weeks)
    return day + timedelta(days=2 - day.weekday())


@dataclass
class Meeting(Story):
    """One meeting with the people around it, and the papers for its agenda."""

    papers: list[str] = field(default_factory=list)

    def press(self, email: str, name: str, then: str) -> None:
        """A button of the page, and the words that show that it was done."""
        self.who(email).press(name)
        expect(self.who(email).page.locator("body")).to_contain_text(then)


def test_from_the_plan_to_the_next_agenda(person: MakePerson, house: Server) -> None:
    story = Meeting(house, person, "meetings", papers=papers_on(house, 2))
    planned(story, in_weeks(8))
    approved(story)
    voters = invited(story)
    late = answered(story, voters)
    held(story, voters, late)
    minuted(story)
    objected(story)
    carried_on(story)
    assert not story.found, "\n".join(story.found)


def plan(story: Meeting, day: date) -> str:
    """The office plans a meeting of the steering group; its reference."""
    office = story.who(OFFICE)
    page = office.open("/meetings/new")
    page.locator("[name=meeting-body]").select_option(BODY)
    for name, value in (
        ("day", f"{day:%d.%m.%Y}"),
        ("begins", "14:00"),
        ("ends", "16:30"),
        ("place", "Kreishaus Siegburg"),
    ):
        page.locator(f"[name=meeting-{name}]").fill(value)
    page.locator("[name=meeting-place]").press("Tab")
    expect(page.locator("#day-notes")).to_contain_text(f"{day:%d.%m.%Y}")
    if not story.reference:
        story.look(office, narrow=False)
    with page.expect_navigation():
        page.get_by_role("button", name="Sitzung planen", exact=True).click()
    found = re.search(r"/meetings/([A-Z]+-\d{4}-\d+)", page.url)
    assert found is not None, page.url
    return found[1]


def planned(story: Meeting, day: date) -> None:
    """Two papers by a click each, and one point of one's own."""
    story.reference = plan(story, day)
    office = story.who(OFFICE)
    story.look(office)
    page = story.at(OFFICE, "/agenda")
    for paper in story.papers:
        page.locator("#offers").get_by_role("button", name=f"Aufnehmen {paper}").click()
        expect(page.locator("#offers").get_by_role("link", name=re.compile(paper))).to_have_count(0)
    page.get_by_role("link", name="Punkt hinzufügen").click()
    page.get_by_label("Worum geht es?").fill(OWN)
    page.get_by_label("Art", exact=True).select_option("decision")
    page.get_by_label("Beschlussvorschlag").fill("Das Arbeitsprogramm wird beschlossen.")
    story.look(office, narrow=False)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("#agenda-items")).to_contain_text(OWN)
    story.look(office)


def approved(story: Meeting) -> None:
    """The managing director approves what the office asks for."""
    story.press(OFFICE, "Um Freigabe bitten", "Die Geschäftsführung ist benachrichtigt")
    page = story.at(MANAGER, "/agenda")
    with page.expect_navigation():
        page.get_by_role("button", name="Tagesordnung freigeben").click()
    expect(page.locator("main")).to_contain_text("Die Tagesordnung ist freigegeben")
    story.look(story.who(MANAGER), narrow=False)


def invited(story: Meeting) -> list[dict[str, Any]]:
    """The list, the preview, the dispatch in time; those with a vote."""
    office = story.who(OFFICE)
    page = story.at(OFFICE, "/invitation")
    page.get_by_role("button", name=re.compile("Auf die Liste setzen \\(")).click()
    page.get_by_role("link", name=re.compile("Vorschau und Versand")).click()
    expect(page.locator("#notice")).to_contain_text("Fristgerecht")
    story.look(office)
    page.locator("#send").get_by_role("button", name="Einladung versenden").click()
    expect(page.locator("main")).to_contain_text("Der Versand ist im Postausgang.")
    expect(page.locator(".kern-preline").first).to_contain_text("eingeladen")
    story.look(office, narrow=False)
    story.at(OFFICE, "/invitation")
    story.look(office)
    return voters_on(story.house, BODY, in_weeks(8).isoformat())


def answered(story: Meeting, voters: list[dict[str, Any]]) -> str:
    """One accepts by the link of the mail, one sends the deputy, the member answers on the page, one by calendar; the
    last voter, who comes late.
    """
    without = [one for one in voters if not one["account"] and one["email"]]
    accepts = next(one for one in without if not one["deputies"])
    sends = next(one for one in without if one["deputies"])
    guest = story.make(width=NARROW)
    page = guest.open(mailed_link(story.house, accepts["email"], "Einladung"))
    expect(page.locator("main")).to_contain_text(accepts["name"])
    story.look(guest, narrow=False)
    page.get_by_label("Ich nehme teil", exact=True).check()
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.locator("main")).to_contain_text("Ihre Antwort ist gespeichert")
    story.look(guest, narrow=False)

    script = story.make(javascript=False)
    page = script.open(mailed_link(story.house, sends["email"], "Einladung"))
    page.get_by_label("Meine Vertretung kommt").check()
    page.get_by_label("Wer kommt als Vertretung?").select_option(label=sends["deputies"][0])
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.locator("main")).to_contain_text("Ihre Antwort ist gespeichert")

    page = story.at(MEMBER, "/answers")
    page.get_by_label("Ich nehme teil", exact=True).check()
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.locator("#own")).to_contain_text("im eigenen Konto")
    story.look(story.who(MEMBER))

    ((uid,),) = story.house.rows(
        "SELECT m.uid FROM meeting m JOIN record r ON r.id = m.record_id WHERE r.reference = ?", story.reference
    )
    mail = story.house.folder / f"{story.reference}.eml"
    mail.write_bytes(reply(uid, CHAIR, tag=story.reference))
    done = story.house.command("inbound", "--file", str(mail))
    assert done.returncode == 0, done.stderr
    page = story.at(OFFICE, "/answers")
    said = page.locator("#all")
    for word in ("per Link", "schickt Vertretung", "im eigenen Konto", "per Kalenderantwort"):
        expect(said).to_contain_text(word)
    story.look(story.who(OFFICE))
    return str(without[-1]["name"])


def held(story: Meeting, voters: list[dict[str, Any]], late: str) -> None:
    """Nine seats have a quorum of seventeen; one comes late, a deputy sits in; at the end so many leave that it is lost."""
    office = story.who(OFFICE)
    office.expect("422")
    page = story.at(OFFICE, "/session")
    needed = len(voters) // 2 + 1
    deputy = next(one for one in voters if not one["account"] and one["email"] and one["deputies"])
    coming = [one["name"] for one in voters if one is not deputy and one["name"] != late][: needed - 2]
    page.get_by_role("button", name=f"Vertretung da: {deputy['deputies'][0]}").first.click()
    expect(page.locator(".kf-session-seat--deputy")).to_have_count(1)
    for name in coming:
        comes(page, name)
    with page.expect_navigation():
        page.locator("#session-open").get_by_role("button", name="Sitzung eröffnen").click()
    quorum = page.locator("#session-quorum")
    expect(quorum).to_contain_text(f"{needed - 1} von {len(voters)}")
    story.look(office)
    comes(page, late)
    expect(quorum).to_contain_text(f"{needed} von {len(voters)}")

    first, second = story.papers
    call(page, voted_on(story, first))
    page.locator("#notes").fill("Die Vorlage wurde vorgestellt und besprochen.")
    expect(page.locator("#notes-state")).to_contain_text("Gespeichert um")
    vote(story, "Einstimmig", yes=needed - 1, abstained=1)
    give_task(page)
    call(page, voted_on(story, second))
    vote(story, "abgelehnt", yes=2, no=needed - 2)
    call(page, OWN)
    vote(story, "Einstimmig", yes=needed)
    story.look(office, narrow=False)

    live = story.at(MEMBER, "/live")
    expect(live.locator("#live")).to_contain_text(OWN)
    story.look(story.who(MEMBER))
    page.get_by_role("button", name=f"Geht {late}", exact=True).click()
    expect(quorum).to_contain_text(f"nicht beschlussfähig: {needed - 1} von {len(voters)}")
    page.locator("#ballot-yes").fill(str(needed - 1))
    office.press("Abstimmung prüfen und festhalten")
    expect(page.locator(".kf-errors")).to_contain_text(f"nötig {needed}")

    story.at(OFFICE, "/session")
    page.get_by_text("Sitzung schließen").first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sitzung schließen").click()
    expect(page.locator("#session-closed")).to_contain_text("Die Sitzung ist geschlossen")
    story.look(office, narrow=False)
    groups = page.goto("/bodies")
    assert groups is not None and groups.ok
    decided = story.house.rows("SELECT slug FROM body WHERE origin = 'decision' ORDER BY id DESC LIMIT 1")
    page.locator(f"main a[href='/bodies/{decided[0][0]}']").first.click()
    expect(page.locator("main")).to_contain_text("Einen gemeinsamen Weg zum Termin entwerfen.")
    story.look(office)


def comes(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Ist da {name}", exact=True).first.click()
    expect(page.locator(".kf-session-seat", has_text=name).first).to_contain_text("da seit")


def voted_on(story: Meeting, paper: str) -> str:
    """The title of the item that stands on the agenda for this paper."""
    ((number,),) = story.house.rows(
        "SELECT i.id FROM agenda_item i JOIN record r ON r.id = i.record_id WHERE r.reference = ?", paper
    )
    return f"item={number}"


def call(page: Page, what: str) -> None:
    """Calls an item: by its title, or by what its address has."""
    agenda = page.locator("#session-agenda")
    link = agenda.locator(f"a[href*='{what}#']") if what.startswith("item=") else agenda.get_by_role("link", name=what)
    with page.expect_navigation(wait_until="load"):
        link.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Aufrufen", exact=True).click()
    expect(page.locator("#session-item")).to_contain_text("aufgerufen")


def vote(story: Meeting, sentence: str, **counts: int) -> None:
    """A vote on the item that was called, with what it says about the result; then it is proclaimed."""
    office = story.who(OFFICE)
    page = office.page
    for name, number in counts.items():
        page.locator(f"#ballot-{name}").fill(str(number))
    with page.expect_navigation():
        page.get_by_role("button", name="Abstimmung prüfen und festhalten").click()
    expect(page.locator("#session-votes")).to_contain_text(sentence)
    with page.expect_navigation():
        page.get_by_role("button", name="Ergebnis verkünden").click()
    expect(page.locator("#session-votes")).to_contain_text("LG-B-")


def give_task(page: Page) -> None:
    page.get_by_label("Was ist zu tun?").fill(TASK)
    page.get_by_label("Wer?").select_option(index=1)
    page.get_by_label("Bis wann? (optional)").fill(f"{in_weeks(12):%d.%m.%Y}")
    with page.expect_navigation():
        page.get_by_role("button", name="Aufgabe vergeben").click()
    expect(page.locator("#session-tasks")).to_contain_text(TASK)


def minuted(story: Meeting) -> None:
    """Drawn up, one part written, checked and signed by both, sent."""
    office = story.who(OFFICE)
    page = story.at(OFFICE, "/minutes")
    story.press(OFFICE, "Entwurf erstellen", "Zur Prüfung und Unterschrift geben")
    expect(page.locator("#text")).to_contain_text("Die Vorlage wurde vorgestellt und besprochen.")
    expect(page.locator("#text")).to_contain_text(TASK)
    story.look(office)
    page.get_by_role("link", name=re.compile(f"Bearbeiten.*{OWN}")).click()
    page.get_by_label("Verlauf (optional)").fill("Das Arbeitsprogramm lag vor.")
    story.look(office, narrow=False)
    with page.expect_navigation():
        page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator("#text")).to_contain_text("Das Arbeitsprogramm lag vor.")
    story.press(OFFICE, "Zur Prüfung und Unterschrift geben", "fehlt noch")
    for email, function in ((CHAIR, "Sitzungsleitung"), (OFFICE, "Protokollführung")):
        page = story.at(email, "/minutes")
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile(f"Unterzeichnen \\({function}")).click()
        expect(page.locator("#todo")).to_contain_text("unterzeichnet")
    story.look(story.who(CHAIR), narrow=False)
    page = story.at(OFFICE, "/minutes/send")
    story.look(office, narrow=False)
    with page.expect_navigation():
        page.get_by_role("button", name="Jetzt versenden").click()
    expect(page.locator("main")).to_contain_text("versandt am")
    story.look(office)


def objected(story: Meeting) -> None:
    """A member objects in time; the office follows with an addendum, which the member reads."""
    page = story.at(MEMBER, "/minutes")
    page.get_by_label("Was stimmt nicht, und wie heißt es richtig?").fill("Die Frist war eine andere.")
    story.look(story.who(MEMBER))
    with page.expect_navigation():
        page.get_by_role("button", name="Einwendung erheben").click()
    expect(page.locator("#objections")).to_contain_text("Die Frist war eine andere.")
    office = story.who(OFFICE)
    page = story.at(OFFICE, "/minutes")
    page.locator("#all-objections").get_by_role("link", name=re.compile("Beantworten")).click()
    page.get_by_label("Wortlaut des Nachtrags").fill("Die Frist endet am letzten Tag des Monats.")
    story.look(office, narrow=False)
    with page.expect_navigation():
        page.get_by_role("button", name="Folgen und Nachtrag versenden").click()
    page = story.at(MEMBER, "/minutes")
    expect(page.locator("#addenda")).to_contain_text("Die Frist endet am letzten Tag des Monats.")


def carried_on(story: Meeting) -> None:
    """The next meeting begins with the minutes of this one and shows what is still to be done."""
    last, story.reference = story.reference, plan(story, in_weeks(26))
    page = story.at(OFFICE, "/agenda")
    expect(page.locator("#open-tasks")).to_contain_text(TASK)
    expect(page.locator("#agenda-items")).to_contain_text("Niederschrift")
    assert story.house.rows(
        "SELECT 1 FROM agenda_item i JOIN record r ON r.id = i.about_minutes_id WHERE r.reference = ?", last
    )
    page = story.who(OFFICE).open("/decisions/control")
    expect(page.locator("main")).to_contain_text(TASK)
    story.look(story.who(OFFICE))
