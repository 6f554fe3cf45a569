"""Mails that come in: calendar replies, bounces, answers of people and of programs, and hostile bytes."""

from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimforms.documents.inbound_mail import MAX_MAIL, MAX_TEXT, UnreadableMail, read_mail

from .test_calendar_replies import GOOGLE, OUTLOOK, UID


def mail(text="Ich komme gern.\n", **headers):
    made = EmailMessage()
    for name, value in ({
        "From": "Jana Müller <Jana@B.example>", "To": "kim@rsk.example", "Subject": "Zugesagt: Sitzung – Grüße",
        "Message-ID": "<a1@b.example>", "In-Reply-To": "<9@kim.example>", "References": "<8@kim.example> <9@kim.example>",
    } | headers).items():  # fmt: skip
        if value:
            made[name] = value
    made.set_content(text)
    return made


def calendar_mail(content=GOOGLE, method="REPLY"):
    made = mail()
    made.add_alternative(content.decode(), subtype="calendar", params={"method": method})
    made.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")
    return made.as_bytes()


BOUNCE = """From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: kim@rsk.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-Id: <b1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example. I'm sorry.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0100

Final-Recipient: rfc822; Jana@B.example
Original-Recipient: rfc822;jana@b.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <jana@b.example>: Recipient address rejected

Final-Recipient: rfc822; petra@b.example
Action: delayed
Status: 4.4.1

--B
Content-Type: {kind}

{headers}

--B--
"""


def test_what_a_person_wrote():
    found = read_mail(mail("Ich komme gern, mit Gruß aus Siegburg.\n").as_bytes())
    assert found.message_id == "<a1@b.example>"
    assert (found.sender, found.recipients) == ("jana@b.example", ("kim@rsk.example",))
    assert found.subject == "Zugesagt: Sitzung – Grüße"
    assert found.text == "Ich komme gern, mit Gruß aus Siegburg."
    assert found.in_reply_to == ("<9@kim.example>", "<9@kim.example>", "<8@kim.example>")
    assert (found.is_bounce, found.auto_submitted, found.calendar_replies, found.problems) == (False, False, (), ())


@pytest.mark.parametrize("content", [GOOGLE, OUTLOOK])
def test_a_calendar_reply_counts_once_though_it_comes_twice(content):
    found = read_mail(calendar_mail(content))
    (reply,) = found.calendar_replies
    assert (reply.uid, reply.address) == (UID, "jana@b.example")
    assert found.text == "Ich komme gern."


def test_a_mail_that_is_nothing_but_a_calendar_reply():
    head = b'From: j@b.example\r\nSubject: x\r\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
    assert read_mail(head + b"\r\n" + GOOGLE.replace(b"METHOD:REPLY\r\n", b"")).calendar_replies[0].uid == UID


def test_a_broken_calendar_part_is_told_and_the_rest_is_read():
    found = read_mail(calendar_mail(GOOGLE.replace(b"METHOD:REPLY", b"METHOD:REQUEST"), method="REQUEST"))
    assert found.calendar_replies == () and found.text == "Ich komme gern."
    assert found.problems == ("Der Kalendereintrag ist keine Antwort auf eine Einladung.",)


def test_a_forwarded_invitation_is_no_answer():
    outer = mail("Zur Kenntnis.\n")
    inner = EmailMessage()
    inner["Subject"] = "Zugesagt"
    inner.set_content(GOOGLE.decode(), subtype="calendar", params={"method": "REPLY"})
    outer.add_attachment(inner)
    assert read_mail(outer.as_bytes()).calendar_replies == ()


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("message/rfc822", "From: kim@rsk.example\nMessage-ID: <m1@kim.example>\nSubject: x\n\ntext"),
        ("text/rfc822-headers", "From: kim@rsk.example\nMessage-ID: <m1@kim.example>"),
    ],
)
def test_a_mail_server_reports_who_got_nothing(kind, headers):
    found = read_mail(BOUNCE.format(kind=kind, headers=headers).encode())
    assert found.is_bounce and found.auto_submitted
    failed, delayed = found.bounces
    assert (failed.recipient, failed.action, failed.status, failed.message_id) == (
        "jana@b.example", "failed", "5.1.1", "<m1@kim.example>",
    )  # fmt: skip
    assert failed.is_final and "Recipient address rejected" in failed.reason
    assert (delayed.recipient, delayed.status, delayed.is_final) == ("petra@b.example", "4.4.1", False)


def test_a_report_of_success_is_no_bounce():
    content = BOUNCE.format(kind="text/plain", headers="x").replace("failed", "delivered").replace("delayed", "relayed")
    assert not read_mail(content.encode()).is_bounce


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({"Auto-Submitted": "auto-replied"}, True), ({"Auto-Submitted": "no"}, False), ({"Precedence": "bulk"}, True),
        ({"X-Autoreply": "yes"}, True), ({"Return-Path": "<>"}, True), ({}, False),
    ],
)  # fmt: skip
def test_programs_are_told_from_people(headers, automatic):
    assert read_mail(mail(**headers).as_bytes()).auto_submitted is automatic


def test_html_is_read_as_text_without_what_runs():
    made = mail(Subject="x")
    made.clear_content()
    made.set_content(
        "<style>p{}</style><script>bad()</script><p>Ich <b>komme</b>.</p><p>Gruß &amp; Dank</p>", subtype="html"
    )
    assert read_mail(made.as_bytes()).text == "Ich komme.\nGruß & Dank"


def test_a_wrong_charset_and_an_unknown_one_are_read_as_well_as_they_can():
    for said in ("utf-8", "klingon", "us-ascii", "utf-7\x00"):
        raw = f"From: a@b.example\nContent-Type: text/plain; charset={said}\nContent-Transfer-Encoding: 8bit\n\nGr".encode()
        assert read_mail(raw + b"\xfc\xdfe").text == "Grüße"


def nested(depth: int) -> bytes:
    inner = MIMEMultipart()
    for _ in range(depth):
        outer = MIMEMultipart()
        outer.attach(inner)
        inner = outer
    inner["From"] = "a@b.example"
    return inner.as_bytes()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "keine E-Mail"), (b"\r\n\r\nnur Text", "keine E-Mail"), (b"x" * (MAX_MAIL + 1), "größer als 5 Megabyte"),
        (nested(200), "verschachtelt"), (b"X-Only: 1\n\ntext", "keine E-Mail"),
    ],
)  # fmt: skip
def test_what_is_no_mail_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(UnreadableMail, match=sentence):
        read_mail(content)


def test_depth_and_length_are_limited():
    assert read_mail(nested(60)).text == ""
    assert len(read_mail(mail("wort " * 50_000).as_bytes()).text) <= MAX_TEXT
    many = mail(To=", ".join(f"a{i}@b.example" for i in range(900)))
    assert len(read_mail(many.as_bytes()).recipients) <= 200


def read_or_refused(content: bytes) -> None:
    try:
        found = read_mail(content)
    except UnreadableMail as refused:
        assert str(refused).endswith(".")
    else:
        for header in (found.subject, found.sender, *found.recipients):
            assert "\n" not in header and "\r" not in header and "\x00" not in header
        found.text.encode()


def test_a_charset_that_is_none_of_a_mail_is_read_as_if_it_were_not_named():
    for charset in ("unicode_escape", "raw-unicode-escape", "no-such-charset"):
        head = f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
        found = read_mail(head.encode() + rb"Gr\ u\x" + b"\r\n")
        assert found.text == r"Gr\ u\x"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    read_or_refused(content)
    read_or_refused(b"From: a@b.example\r\nContent-Type: text/calendar\r\n" + content)
    read_or_refused(b"From: " + content)


SAMPLES = [calendar_mail(), BOUNCE.format(kind="message/rfc822", headers="Message-ID: <m1@kim.example>\n\nx").encode()]


@settings(max_examples=200)
@given(st.sampled_from(SAMPLES), st.data())
def test_any_damage_is_read_or_refused(content, data):
    at = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 60))
    read_or_refused(content[:at] + data.draw(st.binary(max_size=30)) + content[at + gone :])


HEADERS = st.sampled_from([
    "=?utf-8?q?=00=0ABcc:?=", "=?x?b?!!!?=", "=?utf-8?b?////?=", "text/plain; charset*0*=x", 'multipart/mixed; boundary=""',
    "message/rfc822", "message/delivery-status", "text/plain; charset=idna", "text/plain; charset=base64", "uu", "base64",
    "text/html", '"<<>>"@x <a@b>, (', "attachment; filename*=bogus'x'%ff", "message/partial", "multipart/report",
    "text/plain; charset=punycode", "text/plain; charset=unicode_escape", "text/plain; charset=rot13",
])  # fmt: skip


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["Subject", "From", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "To"]),
        HEADERS, min_size=1,
    ),
    st.binary(max_size=60),
)  # fmt: skip
def test_odd_headers_are_read_or_refused(headers, body):
    read_or_refused("".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n" + body)
