"""Mails as bytes: what a mail program gets to see, and what no text can smuggle in."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.documents.mail import Letter, UnsendableAddress, envelope_address, mail_bytes

LETTER = Letter(
    message_id="<1@kim.example>",
    subject="Ihre Meldung über die Ausländerbehörde – Rückfrage",
    text="Guten Tag,\n\nwir haben eine Frage: ÄÖÜ ß €.\n",
    html="<p>Guten Tag, wir haben eine Frage: ÄÖÜ ß €.</p>\n",
    language="de",
    sender_name="Rhein-Sieg-Kreis, „KIM“",
    sender_address="kim@rsk.example",
    recipient="beratung@caritas.example",
    sent_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    reply_to="koordination@rsk.example",
)


def parsed(letter):
    return message_from_bytes(mail_bytes(letter), policy=policy.default)


def test_a_mail_says_who_when_what_and_that_a_program_wrote_it():
    mail = parsed(LETTER)
    assert mail["Message-ID"] == "<1@kim.example>"
    assert mail["Date"] == "Sun, 22 Nov 2026 09:30:00 +0000"
    assert mail["Subject"] == LETTER.subject
    assert mail["From"].addresses[0].display_name == "Rhein-Sieg-Kreis, „KIM“"
    assert mail["From"].addresses[0].addr_spec == "kim@rsk.example"
    assert mail["To"].addresses[0].addr_spec == "beratung@caritas.example"
    assert mail["Reply-To"].addresses[0].addr_spec == "koordination@rsk.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Content-Language"] == "de"


def test_text_comes_first_and_html_is_its_alternative():
    mail = parsed(LETTER)
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content_type() == "text/html"
    assert html.get_content().replace("\r\n", "\n") == LETTER.html


def test_no_line_is_longer_than_a_mail_server_takes_and_all_end_in_crlf():
    content = mail_bytes(replace(LETTER, text="ä" * 5000 + "\n", html="<p>" + "x" * 5000 + "</p>\n"))
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_without_a_reply_address_there_is_no_such_header():
    assert parsed(replace(LETTER, reply_to=None))["Reply-To"] is None


@pytest.mark.parametrize("field", ["subject", "recipient", "sender_name", "message_id", "reply_to"])
@pytest.mark.parametrize("poison", ["\r\nBcc: all@example.org", "\nX-Other: 1", "\rX", "\x00"])
def test_a_line_break_cannot_add_a_header(field, poison):
    with pytest.raises(ValueError):
        mail_bytes(replace(LETTER, **{field: f"{getattr(LETTER, field)}{poison}"}))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_any_subject_survives_and_adds_no_header(subject):
    mail = parsed(replace(LETTER, subject=subject))
    assert sorted(mail.keys()) == sorted(parsed(LETTER).keys())
    assert "".join(str(mail["Subject"]).split()) == "".join(subject.split())


@pytest.mark.parametrize(
    ("address", "sent"),
    [("a@b.example", "a@b.example"), ("beratung@müller.example", "beratung@xn--mller-kva.example")],
)
def test_a_domain_travels_in_its_ascii_form(address, sent):
    assert envelope_address(address) == sent


@pytest.mark.parametrize(
    "address", ["bärbel@b.example", "@b.example", "nobody", "a@" + "x" * 80 + ".example", "a@b..example"]
)
def test_what_no_mail_server_takes_is_refused_in_words(address):
    with pytest.raises(UnsendableAddress, match="Adresse"):
        envelope_address(address)
