"""Answers are sent without delay."""

import socket

from app.main import listen


def test_no_part_of_an_answer_waits_until_the_client_acknowledges_the_part_before() -> None:
    (listener,) = listen("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()), listener.accept()[0] as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
