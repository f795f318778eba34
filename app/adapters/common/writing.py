"""Writing a message to a partner that stores a repeated one again."""

from collections.abc import Awaitable, Callable

from app.adapters.common.answers import UnclearAnswer


async def write_once(
    attempt: int, *, write: Callable[[], Awaitable[None]], is_there: Callable[[], Awaitable[bool]]
) -> bool:
    """Write a message unless an earlier attempt did; return whether that one had arrived.

    A success that is not the contract's, such as a maintenance page with status 200, is looked up too.

    Args:
        attempt: from 2 on, the outcome of earlier attempts may be unknown.
        write: writes the message.
        is_there: looks it up by the hub's id.

    Raises:
        UnclearAnswer: the answer is not the contract's, and the message is not there.
        PartnerError: whatever ``write`` or ``is_there`` raises.
    """
    if attempt > 1 and await is_there():
        return True
    try:
        await write()
    except UnclearAnswer:
        if not await is_there():
            raise
    return False
