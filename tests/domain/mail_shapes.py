"""Mails as real programs write them, by what they are: people, machines that answer, mail come back.

Each answers, or returns, the mail <sent@me.example> that went to dana@north.example.
"""

from __future__ import annotations

SENT = "<sent@me.example>"


def shape(text: str, **headers: str) -> bytes:
    given = {
        "From": "Dana Whitfield <dana@north.example>",
        "To": "casey@me.example",
        "Subject": "Re: pricing",
        "Date": "Tue, 24 Nov 2026 09:12:00 +0000",
        "In-Reply-To": SENT,
        "References": SENT,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    return "\r\n".join([*lines, "", *text.splitlines(), ""]).encode()


NO_REFERENCE = {"In_Reply_To": "", "References": ""}
PEOPLE = {
    "plain": shape("Yes, Thursday works."),
    "on a list": shape("Yes.", Precedence="list", List_Id="<team.north.example>"),
    "auto-submitted: no": shape("Yes.", Auto_Submitted="no"),
    "answers an automatic reply": shape("I am back.", Subject="Re: Automatic reply: pricing"),
    "talks of being away": shape("I am out of office next week.", Subject="Re: out of office?"),
    "suppresses answers": shape("Yes.", X_Auto_Response_Suppress="DR, OOF, AutoReply"),
    "from sales@": shape("Yes.", From="sales@north.example"),
    "named Autohaus": shape("Ja.", From="info@autohaus.example", Subject="Autohaus: pricing"),
    "html only": shape("<p>Yes</p>", Content_Type="text/html"),
    "with a return path": shape("Yes.", Return_Path="<dana@north.example>"),
}
OWN = {
    "from ourselves": shape("One more thing.", From="Casey <casey@me.example>"),
    "from ourselves, in capitals": shape("One more thing.", From="CASEY@ME.EXAMPLE"),
    "from an alias, by our program": shape("Hi.", From="c@alias.example", X_CaseyOS_Execution="01"),
    "to ourselves": shape("Note.", From="casey@me.example", To="casey@me.example"),
}
AWAY = {
    "RFC 3834 vacation": shape("Away.", Auto_Submitted="auto-replied"),
    "sieve": shape("Away.", Auto_Submitted="auto-replied (vacation)", Subject="Auto: pricing"),
    "Exchange": shape(
        "I am away.",
        Subject="Automatic reply: pricing",
        X_Auto_Response_Suppress="All",
        Auto_Submitted="auto-generated",
    ),
    "Exchange, headers lost": shape("I am away.", Subject="Automatic reply: pricing"),
    "Exchange, German": shape("Ich bin nicht da.", Subject="Automatische Antwort: pricing"),
    "Exchange, French": shape("Absente.", Subject="=?utf-8?q?R=C3=A9ponse_automatique_=3A_x?="),
    "Exchange, Spanish": shape("Ausente.", Subject="=?utf-8?q?Respuesta_autom=C3=A1tica=3A_x?="),
    "Exchange, Japanese": shape("...", Subject="=?utf-8?b?6Ieq5YuV5b+c562UOiB4?="),
    "old Outlook": shape("Away.", Subject="Out of Office AutoReply: pricing"),
    "Gmail": shape("Away.", Precedence="bulk", X_Autoreply="yes", Subject="Out of office Re: x"),
    "cPanel": shape("Away.", Precedence="bulk", X_Autorespond="pricing"),
    "Plesk": shape("Away.", Precedence="auto_reply"),
    "Lotus Notes": shape("Away.", Subject="AUTO: Dana Whitfield is out of the office"),
    "an Exchange rule": shape("Gone.", X_MS_Exchange_Inbox_Rules_Loop="dana@north.example"),
    "FirstClass": shape("Away.", X_FC_MachineGenerated="true"),
    "null return path": shape("Away.", Return_Path="<>"),
    "a ticket system": shape("We got it.", From="support@north.example", X_Precedence="bulk"),
    "no-reply": shape("We got it.", From="no-reply@north.example"),
    "donotreply+": shape("We got it.", From="do_not_reply+77@north.example"),
    "a receipt": shape(
        "--b\r\nContent-Type: text/plain\r\n\r\nRead.\r\n--b--",
        Content_Type="multipart/report; report-type=disposition-notification; boundary=b",
    ),
    "a delay": shape(
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; dana@north.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n--b--",
        From="MAILER-DAEMON@mx.example",
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
    ),
    "a delivery": shape(
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; dana@north.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n--b--",
        From="postmaster@north.example",
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
    ),
    "Exim, a warning": shape(
        "It is still being retried.",
        From="Mailer-Daemon@mx.example",
        Subject="Warning: message 1abc delayed 24 hours",
    ),
    "AOL, a complaint": shape(
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--b--",
        From="feedback@isp.example",
        Content_Type="multipart/report; report-type=feedback-report; boundary=b",
    ),
}


def report(status: str, diagnostic: str, attached: str = "message/rfc822", **headers: str) -> bytes:
    body = f"""--b
Content-Type: text/plain

I could not deliver your message.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 24 Nov 2026 09:11:58 +0000

Final-Recipient: rfc822; Dana@north.example
Original-Recipient: rfc822;dana@north.example
Action: failed
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b
Content-Type: {attached}

From: casey@me.example
To: dana@north.example
Message-ID: {SENT}
Subject: pricing

Hi Dana.
--b--"""
    given = NO_REFERENCE | {
        "From": "Mail Delivery System <MAILER-DAEMON@mx.example>",
        "Subject": "Undelivered Mail Returned to Sender",
        "Return_Path": "<>",
        "Content_Type": "multipart/report; report-type=delivery-status; boundary=b",
    }
    return shape(body, **(given | headers))


QMAIL = f"""Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<dana@north.example>:
198.51.100.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 198.51.100.7.

--- Below this line is a copy of the message.

Message-ID: {SENT}
Subject: pricing
"""
EXIM = f"""This message was created automatically by mail delivery software.
A message that you sent could not be delivered. This is a permanent error:

  dana@north.example
    SMTP error from remote mail server after RCPT TO: 552 5.2.2 mailbox full

------ This is a copy of the message, including all the headers. ------

From: casey@me.example
Message-ID: {SENT}
"""
# name -> (the mail, whether the address is to blame)
BOUNCES = {
    "Postfix": (report("5.1.1", "550 5.1.1 <dana@north.example>: User unknown"), True),
    "Postfix, headers only": (
        report("5.1.1", "550 5.1.1 no such user", attached="text/rfc822-headers"),
        True,
    ),
    "Gmail": (
        report(
            "5.1.1",
            "550-5.1.1 The email account that you tried to reach does not exist.",
            From="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            Subject="Delivery Status Notification (Failure)",
            X_Failed_Recipients="dana@north.example",
            In_Reply_To=SENT,
        ),
        True,
    ),
    "Exchange": (
        report(
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            From="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@me.example>",
            Subject="Undeliverable: pricing",
            Auto_Submitted="auto-replied",
        ),
        True,
    ),
    "a domain that is gone": (report("5.1.2", "Host or domain name not found"), True),
    "a full mailbox": (report("5.2.2", "552 5.2.2 mailbox full"), False),
    "too large": (report("5.3.4", "552 5.3.4 Message size exceeds fixed limit"), False),
    "expired": (report("4.4.7", "delivery time expired"), False),
    "taken for spam": (report("5.7.1", "550 5.7.1 Message blocked due to spam content"), False),
    "unknown, as a policy": (report("5.7.1", "550 5.7.1 Recipient address does not exist"), True),
    "no status": (report("", "550 Requested action not taken: mailbox unavailable"), True),
    "qmail": (
        shape(QMAIL, **NO_REFERENCE, From="MAILER-DAEMON@mx.example", Subject="failure notice"),
        True,
    ),
    "Exim": (
        shape(
            EXIM,
            **NO_REFERENCE,
            From="Mail Delivery System <Mailer-Daemon@mx.example>",
            Subject="Mail delivery failed: returning message to sender",
            X_Failed_Recipients="dana@north.example",
        ),
        False,
    ),
    "an odd sender": (
        shape(
            f"dana@north.example\r\n\r\nNo such user here.\r\n\r\n> Message-ID: {SENT}",
            **NO_REFERENCE,
            From="mailgate@north.example",
            Subject="Returned mail: see transcript for details",
            Return_Path="<>",
        ),
        True,
    ),
}
