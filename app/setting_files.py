"""What is wrong with the files that settings name: certificates, keys, and the database of SQLite."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["ca_file_fault", "certificate_faults", "missing_files", "sqlite_faults"]


def ca_file_fault(path: Path) -> str | None:
    """Return what is wrong with a file of certificates of authorities, to follow its path; None if nothing is."""
    if not path.is_file():
        return "where no file is"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError:
        return "which has no certificates in PEM that can be read"
    return None


def certificate_faults(given: Mapping[str, Path | None]) -> Iterator[str]:
    """Return what is wrong with a certificate and its private key, each after its variable; nothing without both."""
    certificate, key = given.values()
    if certificate is None and key is None:
        return
    faults = [
        f"{variable} is missing, and belongs to the other one" if path is None else f"{variable} names no file: {path}"
        for variable, path in given.items()
        if path is None or not path.is_file()
    ]
    if not faults and not _is_pair(certificate, key):
        faults = [f"{' and '.join(given)} are not a certificate and its private key (PEM, without a passphrase)"]
    yield from (f"{fault}: correct them, or unset both" for fault in faults)


def _is_pair(certificate: Path | None, key: Path | None) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate or "", key, password="")
    except OSError:
        return False
    return True


def sqlite_faults(path: Path) -> Iterator[str]:
    """Return why no database of SQLite can be at a path, to follow the variable."""
    if path.is_dir():
        yield f"is {path}, which is a folder: give a file in it, as sqlite:///{path}/trajecthub.db"
    elif not path.parent.is_dir():
        yield f"is in the folder {path.parent}, which does not exist: make it, or give another path"


def missing_files(files: Mapping[str, Path]) -> Iterator[str]:
    """Return which files that a URL names, by parameter, are not there, to follow the variable."""
    for name, path in files.items():
        if not path.is_file():
            yield f"has {name}={path}, where no file is: correct it"
