"""Which connection makes room for a new one."""

from asyncio import WriteTransport
from collections.abc import Sequence

from typing_extensions import override

from app.limits import Limits
from app.server_connections import GRACE_SECONDS, ServerConnections

MOST = 10


class Wire(WriteTransport):
    """A transport that remembers that it was broken off."""

    is_broken_off = False

    @override
    def abort(self) -> None:
        """Break off."""
        self.is_broken_off = True


class Made:
    """A connection."""

    def __init__(self) -> None:
        self.transport = Wire()


def closed(connections: Sequence[Made]) -> list[int]:
    """Return the numbers of those that were broken off."""
    return [number for number, each in enumerate(connections) if each.transport.is_broken_off]


class Room(ServerConnections):
    """Room for ten connections, all of them taken, at a time that does not pass by itself."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(Limits(connections=MOST), lambda: self.now)
        self.taken = [Made() for _ in range(MOST)]
        for each in self.taken:
            assert self.admit(each, "192.0.2.1")


def test_a_new_connection_takes_the_place_of_the_one_that_is_silent_for_longest() -> None:
    room = Room()

    admitted = [room.admit(Made(), "192.0.2.2") for _ in range(3)]

    assert admitted == [True] * 3
    assert closed(room.taken) == [0, 1, 2]


def test_a_connection_that_was_used_goes_before_one_that_is_new_and_after_one_that_stays_silent() -> None:
    for age, first in ((0.0, 7), (GRACE_SECONDS, 0)):
        room = Room()
        room.note_receiving(room.taken[7])
        room.note_answering(room.taken[7])
        room.note_waiting(room.taken[7])
        room.now = age

        room.admit(Made(), "192.0.2.2")

        assert closed(room.taken) == [first]


def test_a_body_that_is_on_its_way_makes_room_last_and_an_answer_that_is_on_its_way_never() -> None:
    room = Room()
    for each in room.taken:
        room.note_receiving(each)
    for each in room.taken[1:]:
        room.note_answering(each)

    new = [Made(), Made()]
    for each in new:
        assert room.admit(each, "192.0.2.2")
        room.note_receiving(each)
        room.note_answering(each)
        assert not room.admit(Made(), "192.0.2.2")
        room.note_receiving(room.taken[1])

    assert closed(room.taken) == [0, 1]


def test_a_connection_that_is_over_leaves_its_place_and_is_not_counted_twice() -> None:
    room = Room()
    for each in room.taken:
        room.note_answering(each)

    room.leave(room.taken[3])
    room.leave(room.taken[3])
    room.note_waiting(room.taken[3])

    assert [room.admit(Made(), "192.0.2.2") for _ in range(2)] == [True, True]
    assert closed(room.taken) == []


def test_an_address_has_its_own_limit_and_a_peer_without_one_has_not() -> None:
    room = ServerConnections(Limits(connections_per_address=2))
    first, second = Made(), Made()

    assert [room.admit(each, "192.0.2.1") for each in (first, second, Made())] == [True, True, False]
    assert room.admit(Made(), "192.0.2.2")
    assert all(room.admit(Made(), None) for _ in range(3))
    room.leave(first)
    assert room.admit(Made(), "192.0.2.1")
