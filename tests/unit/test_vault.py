import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault import KEY_BYTES, SealBroken, Sealer, Vault

KEY = bytes(range(KEY_BYTES))
OTHER_KEY = bytes(reversed(range(KEY_BYTES)))
BSN = "999990019"

vault = Vault(KEY)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens_to_the_same(plain: bytes, context: str) -> None:
    assert vault.open(vault.seal(plain, context), context) == plain


def test_a_value_cannot_be_moved_to_another_field() -> None:
    sealed = vault.seal(b"0612345678", "client.phone")

    with pytest.raises(SealBroken, match=r"client\.email"):
        vault.open(sealed, "client.email")


def test_a_value_cannot_be_opened_with_another_key() -> None:
    sealed = vault.seal(b"0612345678", "client.phone")

    with pytest.raises(SealBroken):
        Vault(OTHER_KEY).open(sealed, "client.phone")


@given(st.data())
def test_a_changed_value_cannot_be_opened(data: st.DataObject) -> None:
    sealed = bytearray(vault.seal(b"Voorbeeld", "client.family_name"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(SealBroken):
        vault.open(bytes(sealed), "client.family_name")


@given(st.integers(0, 27))
def test_a_value_that_was_cut_off_cannot_be_opened(length: int) -> None:
    sealed = vault.seal(b"", "client.sex")

    with pytest.raises(SealBroken):
        vault.open(sealed[:length], "client.sex")


def test_the_refusal_holds_nothing_of_the_value() -> None:
    with pytest.raises(SealBroken) as refused:
        Vault(OTHER_KEY).open(vault.seal(b"Voorbeeld", "client.family_name"), "client.family_name")

    assert "Voorbeeld" not in str(refused.value)


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert vault.seal(b"Voorbeeld", "client.family_name") != vault.seal(b"Voorbeeld", "client.family_name")


def test_the_sealed_text_of_nothing_is_nothing() -> None:
    assert vault.seal_text(None, "client.phone") is None
    assert vault.open_text(None, "client.phone") is None


def test_text_keeps_its_accents() -> None:
    assert vault.open_text(vault.seal_text("Çağla Ünal-Van 't Hof", "client.given_name"), "client.given_name") == (
        "Çağla Ünal-Van 't Hof"
    )


def test_one_client_key_cannot_open_what_belongs_to_another_client() -> None:
    (mine, _), (yours, _) = vault.new_client_key("client.wrapped_key/1"), vault.new_client_key("client.wrapped_key/1")

    with pytest.raises(SealBroken):
        yours.open(mine.seal(b"Voorbeeld", "client.family_name"), "client.family_name")


def test_a_client_key_comes_back_from_its_wrapping() -> None:
    sealer, wrapped = vault.new_client_key("client.wrapped_key/1")
    sealed = sealer.seal(b"Voorbeeld", "client.family_name")

    assert vault.client_sealer(wrapped, "client.wrapped_key/1").open(sealed, "client.family_name") == b"Voorbeeld"


def test_a_client_key_cannot_be_unwrapped_without_the_master_key() -> None:
    _, wrapped = vault.new_client_key("client.wrapped_key/1")

    with pytest.raises(SealBroken):
        Vault(OTHER_KEY).client_sealer(wrapped, "client.wrapped_key/1")


def test_equal_values_have_the_same_index_under_the_same_key_only() -> None:
    assert vault.index(BSN, "bsn") == Vault(KEY).index(BSN, "bsn")
    assert vault.index(BSN, "bsn") != Vault(OTHER_KEY).index(BSN, "bsn")


def test_an_index_belongs_to_one_kind_of_value() -> None:
    assert vault.index(BSN, "bsn") != vault.index(BSN, "phone")


def test_the_master_key_itself_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        Sealer(KEY).open(vault.seal(b"Voorbeeld", "x"), "x")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(length))
