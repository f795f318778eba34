"""One TLS context for each certificate that is presented, and no more than a fixed number of them."""

from pathlib import Path

from app.events.http.tls import ClientCertificate, TlsContexts
from tests.support.certificate import write_certificate


def certificates(folder: Path, count: int) -> list[ClientCertificate]:
    """Return certificates that differ as texts."""
    written = write_certificate(folder)
    certificate, key = Path(written.certificate).read_text(), Path(written.key).read_text()
    return [ClientCertificate(certificate + "\n" * number, key) for number in range(count)]


async def test_a_certificate_has_one_context(tmp_path: Path) -> None:
    (certificate,) = certificates(tmp_path, 1)
    contexts = TlsContexts(None)

    assert await contexts.of(certificate) is await contexts.of(certificate)
    assert await contexts.of(certificate) is not await contexts.of(None)


async def test_the_context_that_was_used_longest_ago_is_dropped(tmp_path: Path) -> None:
    first, second, third = certificates(tmp_path, 3)
    contexts = TlsContexts(None, max_contexts=2)
    of_first, of_second = await contexts.of(first), await contexts.of(second)

    await contexts.of(first)
    await contexts.of(third)

    assert await contexts.of(first) is of_first
    assert await contexts.of(second) is not of_second
