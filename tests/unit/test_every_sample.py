"""No sample in the documentation escapes being run without a reason."""

from tests.support.samples import LANGUAGES, RUN_BY, run_samples
from tests.support.source_names import names_of_tests


def test_every_sample_is_run_or_says_why_not() -> None:
    runnable = {(each.page, each.language) for language in LANGUAGES for each in run_samples(language)}

    assert sorted(runnable - set(RUN_BY)) == []
    assert sorted(set(RUN_BY) - runnable) == []
    assert set(RUN_BY.values()) <= names_of_tests()
