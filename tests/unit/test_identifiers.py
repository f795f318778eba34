from datetime import UTC, datetime, timedelta
from random import Random
from uuid import RFC_4122, UUID

from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.nl import bsn as stdnum_bsn

from app.domain.identifiers import MonotonicIds, is_bsn

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ALL_ONES = (1 << 74) - 1
FAR_AWAY = datetime(2200, 1, 1, tzinfo=UTC)

FIRST = EPOCH + timedelta(milliseconds=1)

moments = st.datetimes(FIRST.replace(tzinfo=None), FAR_AWAY.replace(tzinfo=None), timezones=st.just(UTC))
randomness = st.integers(0, ALL_ONES)


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def new_id(moment: datetime, random_bits: int) -> UUID:
    """Return the first identifier that is made with these random bits."""
    return MonotonicIds(lambda _: random_bits)(moment)


@given(moments, randomness)
@example(NOW, ALL_ONES)
@example(datetime(2038, 2, 1, 0, 0, 0, 2000, tzinfo=UTC), 0)
def test_identifier_is_a_version_7_with_the_milliseconds_in_front(moment: datetime, random_bits: int) -> None:
    made = new_id(moment, random_bits)

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == milliseconds(moment)


@given(randomness)
def test_all_random_bits_are_kept(random_bits: int) -> None:
    made = new_id(NOW, random_bits).int

    assert ((made >> 64) & 0xFFF) << 62 | made & ((1 << 62) - 1) == random_bits


@given(moments, moments, randomness, randomness)
def test_identifiers_sort_by_time(one: datetime, other: datetime, left: int, right: int) -> None:
    earlier, later = sorted((one, other))

    if later - earlier >= timedelta(milliseconds=1):
        assert new_id(earlier, left) < new_id(later, right)


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_identifiers_grow_even_when_the_clock_goes_back(steps: list[int], random: Random) -> None:
    new_id = MonotonicIds(random.getrandbits)
    moment, made = NOW, []

    for step in steps:
        moment += timedelta(milliseconds=step)
        made.append(new_id(moment))

    assert made == sorted(set(made))
    assert {each.version for each in made} == {7}


def test_a_full_random_part_goes_on_in_the_next_millisecond() -> None:
    new_id = MonotonicIds(lambda bits: (1 << bits) - 1)

    first, second = new_id(NOW), new_id(NOW)

    assert second.int >> 80 == (first.int >> 80) + 1
    assert (second.version, second.variant) == (7, RFC_4122)


@given(st.randoms(use_true_random=False), st.integers(0, 1000))
def test_identifiers_carry_their_own_millisecond_while_there_is_room(random: Random, later: int) -> None:
    # Small numbers leave room after the first.
    new_id = MonotonicIds(lambda bits: random.getrandbits(bits // 2))
    moment = NOW + timedelta(milliseconds=later)

    made = [new_id(NOW), new_id(NOW), new_id(moment), new_id(moment)]

    assert made == sorted(set(made))
    assert [each.int >> 80 for each in made] == [milliseconds(at) for at in (NOW, NOW, moment, moment)]


@given(st.from_regex(r"[0-9]{8,10}", fullmatch=True) | st.text(max_size=10))
@example("000000000")
@example("999990019")
@example("٩٩٩٩٩٠٠١٩")
@example("1112.22.333")
def test_the_eleven_test_agrees_with_another_implementation(value: str) -> None:
    nine_digits = len(value) == 9 and value.isascii() and value.isdigit()

    assert is_bsn(value) == (nine_digits and bool(stdnum_bsn.is_valid(value)))


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.integers(0, 9), st.integers(0, 7))
def test_one_mistyped_digit_is_always_noticed(first_eight: str, other: int, place: int) -> None:
    valid = [first_eight + str(last) for last in range(10) if is_bsn(first_eight + str(last))]

    for number in valid:
        mistyped = number[:place] + str(other) + number[place + 1 :]
        assert mistyped == number or not is_bsn(mistyped)
