"""The configured channel of every action, and none for what has none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from caseyos.app import App
from caseyos.domain.model import ActionType
from caseyos.errors import Refused
from tests.app.conftest import OpenApp


def test_every_action_has_its_local_channel_made_once(app: App) -> None:
    channels = app.actions.channels
    for action in ActionType:
        if action == ActionType.UPDATE_DEAL:
            continue
        channel = channels.of(action)
        assert (channel.name, channel.outside) == ("local", False)
        assert channels.of(action) is channel
    assert channels.of("send_email") is channels.of("follow_up")
    assert channels.of("send_email") is not channels.of("create_task")
    assert channels.names() == ("local",)


def test_an_action_without_a_channel_is_refused(app: App) -> None:
    with pytest.raises(Refused, match="No channel for update_deal"):
        app.actions.channels.of("update_deal")


def test_a_channel_that_is_no_more_is_refused_by_its_name(app: App) -> None:
    with pytest.raises(Refused, match="pigeon:work cannot carry out send_email"):
        app.actions.channels.of("send_email", "pigeon:work")


def test_local_channels_load_no_client_of_a_server() -> None:
    code = (
        "import sys; from caseyos.app.channels import Channels; import caseyos.connectors.local;"
        "print({'imapclient', 'smtplib', 'httpx', 'icalendar'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")


SERVERS = """
[[source]]
kind = "calendar"
name = "work"
url = "https://dav.ours.example/"
user = "casey"
[channels]
meetings = "calendar:work"
tasks = "taskwarrior"
"""


def test_meetings_and_tasks_go_where_the_configuration_says(open_app: OpenApp) -> None:
    channels = open_app(SERVERS).actions.channels
    calendar = channels.of("schedule_meeting")
    assert (calendar.name, calendar.outside) == ("calendar:work", True)
    for action in ("create_task", "complete_task"):
        assert (channels.of(action).name, channels.of(action).outside) == ("taskwarrior", False)
    assert set(channels.names()) == {"local", "calendar:work", "taskwarrior"}
    # What was carried out by an earlier channel is undone by it.
    assert channels.of("create_task", "local").name == "local"
