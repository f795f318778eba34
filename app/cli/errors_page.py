"""The reference of error codes and rules, generated from the error tree and the catalogue of rules."""

from collections.abc import Iterable

from app.api.http.problems import problem_type
from app.api.http.protocol_errors import HTTP_PROBLEMS, ProblemKind
from app.api.oauth.errors import OAUTH_ERRORS
from app.cli.error_details import details_by_code
from app.cli.error_pages import hub_problems, shown
from app.cli.markdown import GENERATED, table
from app.domain.details import Detail
from app.domain.input_rules import InputRule

_ERRORS = f"""\
# Errors

{GENERATED}

Every answer of the API with a status of 400 or more is a problem (RFC 9457, `application/problem+json`), except at the
[OAuth endpoints](#errors-of-the-oauth-endpoints). What cannot be read as HTTP/1.1, such as an unknown method or a
`Content-Length` that is no number, the server itself refuses: 400 with a sentence of text.

`code` and the `rule` of each invalid field are stable and the same at every hub: compare these. `type` is
`{problem_type("<public URL>", "<code>")}`, which leads to the page of the code on the hub that answered. Titles and
messages may change. With `Accept-Language: nl` titles, details and the messages of fields are in Dutch, otherwise in
English; `Content-Language` says which.
"""

_OAUTH = """\
## Errors of the OAuth endpoints

`/oauth/token` and `/oauth/revoke` answer as RFC 6749, section 5.2, says: `application/json` with `error` and, in
English, `error_description`. What HTTP refuses there (404 to 415) is `invalid_request` too, and an answer of 500 or 503
has `server_error` or `temporarily_unavailable`. [OAuth](oauth.md) says what is checked, in which order.
"""

_RULES = """\
## Rules

With `invalid-input`, `errors` has an item for each invalid field: its path, the rule that it breaks, and a message
with the remedy.
"""


_DETAILS = """\
## Further details

What `detail` says of each case is on the page of its code. The token endpoint and `/healthz/ready` also say:
"""


def errors_page() -> str:
    """Return the reference of error codes and rules, as Markdown."""
    elsewhere = {detail for details in details_by_code().values() for detail in details}
    further = (each for each in Detail if each not in elsewhere)
    parts = [
        _ERRORS,
        "## Codes of the API\n",
        _codes(hub_problems()),
        "## Codes of HTTP\n",
        _codes(HTTP_PROBLEMS),
        _OAUTH,
        table(
            ("error", "status", "when"),
            ((f"`{error}`", str(kind.status), kind.description) for error, kind in OAUTH_ERRORS.items()),
        ),
        _RULES,
        table(
            ("rule", "what it demands", "remedy", "message in Dutch"),
            (
                (_anchored("rule-", rule), rule.demand, rule.remedy, _dutch(rule.message_nl.format("…")))
                for rule in sorted(InputRule)
            ),
        ),
        _DETAILS,
        table(("in English", "in Dutch"), sorted((shown(each.english), _dutch(shown(each.dutch))) for each in further)),
    ]
    return "\n".join(parts)


def _codes(kinds: Iterable[ProblemKind]) -> str:
    return table(
        ("code", "status", "title", "title in Dutch", "meaning"),
        map(_row, sorted(kinds, key=lambda kind: (kind.status, kind.code))),
    )


def _row(kind: ProblemKind) -> tuple[str, ...]:
    link = f"[{kind.code}](errors/{kind.code}.md)"
    return link, str(kind.status), kind.title, _dutch(kind.title_nl), kind.description


def _dutch(text: str) -> str:
    return f'<span lang="nl">{text}</span>'


def _anchored(prefix: str, name: str) -> str:
    return f'<a id="{prefix}{name}"></a>`{name}`'
