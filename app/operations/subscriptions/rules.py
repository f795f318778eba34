"""The rules of a subscription: its addresses, what it asks for, and how the hub authenticates."""

from collections.abc import AsyncIterator, Iterator

from app.domain.codes import OrganisationRole
from app.domain.errors import FieldFault
from app.domain.events import ABOUT_TERMS, NOTICES, SUBSCRIPTION_NOTICES, EventType, moment_of
from app.domain.input_rules import InputRule
from app.domain.key_bounds import LARGEST_RSA_BITS, MOST_CERTIFICATES, SMALLEST_RSA_BITS
from app.domain.stated import Stated
from app.domain.validation import unknown_area
from app.domain.values import Organisation
from app.events.http.certificates import KeyUnusable, certified_key, private_key_of
from app.events.http.client import OutboundClient
from app.events.http.ssrf import AddressRefused
from app.operations.services import Services

_ADDRESSES = ("url", "authentication.tokenUrl")


async def subscription_faults(
    outbound: OutboundClient, services: Services, owner: Organisation, stated: Stated
) -> list[FieldFault]:
    """Return what is wrong with what an owner states of a subscription; names are looked up, nothing is connected."""
    return [
        *[fault async for fault in _address_faults(outbound.of(owner.code), stated)],
        *_type_faults(owner, stated.items("eventTypes", EventType)),
        *_area_faults(services, stated.items("areas", str)),
        *_certificate_faults(stated),
    ]


async def _address_faults(outbound: OutboundClient, stated: Stated) -> AsyncIterator[FieldFault]:
    for field in _ADDRESSES:
        if url := stated.value(field, str):
            try:
                await outbound.check(url)
            except AddressRefused as error:
                yield FieldFault(field, error.rule, error.message)
            except UnicodeError:
                yield FieldFault(field, InputRule.ADDRESS, "This is no name of a host; check its labels.")


def _type_faults(owner: Organisation, types: frozenset[EventType]) -> Iterator[FieldFault]:
    if owner.role is OrganisationRole.OPERATOR:
        if others := sorted(types - NOTICES - ABOUT_TERMS):
            message = (
                f"Not about a connection or a term, so never sent to the operator: {', '.join(others)}; leave it out."
            )
            yield FieldFault("eventTypes", InputRule.TOLD_TO_OPERATORS, message)
    elif owner.role is OrganisationRole.FINANCE_TEAM:
        if others := sorted(types - ABOUT_TERMS - SUBSCRIPTION_NOTICES):
            message = f"Not about terms, so not sent to you this way: {', '.join(others)}; leave it out."
            yield FieldFault("eventTypes", InputRule.TOLD_TO_FINANCE_TEAM, message)
    elif never := sorted(each for each in types - SUBSCRIPTION_NOTICES if moment_of(each) is None):
        message = f"Never sent to a referrer: {', '.join(never)}; leave it out."
        yield FieldFault("eventTypes", InputRule.TOLD_TO_REFERRERS, message)


def _area_faults(services: Services, areas: frozenset[str]) -> Iterator[FieldFault]:
    if areas - set(services.reference.areas):
        yield unknown_area("areas", services.reference.areas)


def _certificate_faults(stated: Stated) -> Iterator[FieldFault]:
    certificate = stated.value("authentication.certificate", str)
    private_key = stated.value("authentication.privateKey", str)
    try:
        of_certificate = certified_key(certificate) if certificate else None
        of_private_key = private_key_of(private_key) if private_key else None
    except KeyUnusable:
        message = (
            f"Give the chain, of at most {MOST_CERTIFICATES} certificates, and its private key as PEM, the key without "
            f"a passphrase: RSA of {SMALLEST_RSA_BITS} to {LARGEST_RSA_BITS} bits, EC or Ed25519."
        )
        yield FieldFault("authentication.certificate", InputRule.PEM, message)
        return
    if of_certificate and of_private_key and of_certificate != of_private_key:
        message = "The first certificate of the chain belongs to another key; give the pair."
        yield FieldFault("authentication.certificate", InputRule.PAIR, message)
