"""The reference of error codes and rules, generated from the error tree and the catalogue of rules."""

import re
from collections.abc import Iterable, Iterator
from inspect import getdoc

from app.api.http.problems import STATUS_OF, TYPE_PREFIX
from app.api.http.protocol_errors import HTTP_PROBLEMS, ProblemKind
from app.api.oauth.errors import OAUTH_ERRORS
from app.cli.markdown import GENERATED, table
from app.domain.details import Detail
from app.domain.errors import HubError
from app.domain.input_rules import InputRule

_NAMED = re.compile(r"{\w+}")

_ERRORS = f"""\
# Errors

{GENERATED}

Every answer with a status of 400 or more is a problem (RFC 9457, `application/problem+json`), except at the
[OAuth endpoints](#errors-of-the-oauth-endpoints). Its `type` is
`{TYPE_PREFIX}<code>`; `code` and the `rule` of each invalid field are stable, titles and messages may change.
With `Accept-Language: nl` titles, details and the messages of fields are in Dutch, otherwise in English;
`Content-Language` says which.
"""

_OAUTH = """\
## Errors of the OAuth endpoints

`/oauth/token` answers as RFC 6749, section 5.2, says: `application/json` with `error` and, in English,
`error_description`. What HTTP refuses there (404 to 415) is `invalid_request` too, and an answer of 500 or 503 has
`server_error` or `temporarily_unavailable`. [OAuth](oauth.md) says what each description means.
"""

_RULES = """\
## Rules

With `invalid-input`, `errors` has an item for each invalid field: its path, the rule that it breaks, and a message
with the remedy.
"""


_DETAILS = """\
## Details

What `detail` says of each case, except with `invalid-input`, whose detail is the messages of its fields.
"""


def errors_page() -> str:
    """Return the reference of error codes and rules, as Markdown."""
    parts = [
        _ERRORS,
        *_section("Codes of the API", _hub_problems()),
        *_section("Codes of HTTP", HTTP_PROBLEMS),
        _OAUTH,
        table(
            ("error", "status", "when"),
            ((f"`{error}`", str(kind.status), kind.description) for error, kind in OAUTH_ERRORS.items()),
        ),
        _RULES,
        table(
            ("rule", "what it demands", "remedy", "message in Dutch"),
            (
                (_anchored("rule-", rule), rule.demand, rule.remedy, rule.message_nl.format("…"))
                for rule in sorted(InputRule)
            ),
        ),
        _DETAILS,
        table(("in English", "in Dutch"), sorted((_shown(each.english), _shown(each.dutch)) for each in Detail)),
    ]
    return "\n".join(parts)


def _hub_problems() -> Iterator[ProblemKind]:
    for error, status in STATUS_OF.items():
        if "code" in vars(error):
            yield ProblemKind(
                status=status,
                code=error.code,
                title=error.title,
                title_nl=error.title_nl,
                description=_first_line(error),
            )


def _first_line(error: type[HubError]) -> str:
    return (getdoc(error) or "").partition("\n")[0]


def _section(heading: str, kinds: Iterable[ProblemKind]) -> Iterator[str]:
    yield f"## {heading}\n"
    for kind in sorted(kinds, key=lambda kind: (kind.status, kind.code)):
        yield f"### {kind.code}\n"
        yield f"`{TYPE_PREFIX}{kind.code}`, status {kind.status}: *{kind.title}*, in Dutch *{kind.title_nl}*.\n"
        yield f"{kind.description}\n"


def _shown(text: str) -> str:
    """Return a text with dots for what an error names."""
    return _NAMED.sub("…", text)


def _anchored(prefix: str, name: str) -> str:
    return f'<a id="{prefix}{name}"></a>`{name}`'
