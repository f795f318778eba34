"""HTML for the pages of the simulators: lists of records, and forms for what people do there.

Without scripts; usable with a keyboard and on a phone. Every value is escaped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.sandbox.loopback import refusal_of

_STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem;color:#1a1a1a;background:#fff}
a{color:#0b57a4}a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,textarea:focus-visible,summary:focus-visible
{outline:3px solid #0b57a4;outline-offset:2px}
h1{font-size:1.5rem}h2{font-size:1.15rem}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.5rem;text-align:left;
vertical-align:top}td{overflow-wrap:anywhere}ul{margin:0;padding-left:1.1rem}
.melding,.fout{border-left:6px solid #1b6e3c;background:#eaf6ee;padding:.6rem 1rem}
.fout{border-color:#b3261e;background:#fdeceb}
.formulieren{display:grid;gap:1rem;align-items:start;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr))}
form{border:1px solid #999;border-radius:6px;padding:.8rem}form h2{margin:0 0 .5rem}
label{display:block;font-weight:600;margin-top:.5rem}
input,select,textarea{box-sizing:border-box;font:inherit;width:100%;padding:.45rem;border:1px solid #666;
border-radius:4px;background:#fff}
input[type=checkbox]{width:auto;margin-right:.5rem}
.toelichting{margin:0;white-space:pre-line}
button{font:inherit;font-weight:600;margin-top:.8rem;padding:.55rem 1rem;border:0;border-radius:4px;color:#fff;
background:#0b57a4;cursor:pointer;min-height:2.75rem}
@media(max-width:40rem){table,thead,tbody,tr,td{display:block}thead{position:absolute;left:-9999px}
tr{border:1px solid #ccc;border-radius:6px;margin-bottom:.8rem}td{border:0;padding:.3rem .6rem}
td[data-kop]::before{content:attr(data-kop) ": ";font-weight:600}}
"""


_LINE_BREAKS = {ord(each): None for each in "\n\r\t"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form.

    Attributes:
        kind: the type of an ``input``: ``text``, ``date``, ``datetime-local``, ``tel``, ``checkbox``; or ``select`` or
            ``textarea``.
        value: with which it is filled in.
        choices: the values of a ``select`` with their labels.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form for one thing that people do.

    Attributes:
        name: tells the forms of a page apart.
        button: the text on its button.
        intro: the text above its fields.
    """

    name: str
    title: str
    button: str
    fields: tuple[Field, ...]
    intro: str = ""


class FormFault(ValueError):
    """What was filled in cannot be used; the message says why, in Dutch."""


def page(system: str, heading: str, content: str) -> HTMLResponse:
    """Return a page of a simulator."""
    return HTMLResponse(_page(system, heading, content))


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of cells in HTML, which are listed below each other on a phone."""
    names = list(columns)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f"<tr>{''.join(_cell(name, cell) for name, cell in zip(names, row, strict=True))}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def lines(texts: Iterable[str]) -> str:
    """Return a list of texts."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def link(address: str, text: str) -> str:
    """Return a link to another page of the simulator."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def forms(action: str, wanted: Iterable[Form]) -> str:
    """Return forms that are posted to an address, next to each other."""
    return f'<div class="formulieren">{"".join(_form(action, each) for each in wanted)}</div>'


def notice(request: Request) -> str:
    """Return the sentence about what was just done; nothing when nothing was."""
    done = request.query_params.get("gedaan")
    return f'<p class="melding" role="status">Vastgelegd: {escape(done)}.</p>' if done else ""


def fault(text: str) -> str:
    """Return a sentence about what cannot be used."""
    return f'<p class="fout" role="alert">{escape(text)}</p>'


async def filled_in(request: Request) -> Mapping[str, str]:
    """Return the values of a posted form, without those that were left empty.

    Raises:
        FormFault: it was posted by a page of another site, or is no text.
    """
    if refusal := refusal_of(request):
        raise FormFault(f"Dit formulier kan alleen vanaf deze pagina worden verstuurd. {refusal}")
    try:
        given = parse_qs((await request.body()).decode(), strict_parsing=False, errors="strict")
    except ValueError as error:
        raise FormFault("De invoer is niet leesbaar.") from error
    if any(is_odd(value) for values in given.values() for value in values):
        raise FormFault("De invoer heeft een teken dat niet kan worden opgeslagen.")
    return {name: values[-1].strip() for name, values in given.items() if values[-1].strip()}


def is_odd(value: str) -> bool:
    """Return whether a text has a character that is neither printed nor a line break."""
    return not value.translate(_LINE_BREAKS).isprintable()


def required(values: Mapping[str, str], name: str, label: str) -> str:
    """Return a value that must be filled in.

    Raises:
        FormFault: it is not.
    """
    if name not in values:
        raise FormFault(f"Vul in: {label}.")
    return values[name]


def done(address: str, what: str) -> Response:
    """Return the answer that leads back to a page, which says what was done."""
    return RedirectResponse(f"{address}?{urlencode({'gedaan': what})}", 303)


def refused(system: str, heading: str, error: FormFault, back: str) -> Response:
    """Return the page that says why a form was not accepted."""
    content = fault(str(error)) + f"<p>{link(back, 'Terug')}</p>"
    return HTMLResponse(_page(system, heading, content), 400)


def _page(system: str, heading: str, content: str) -> str:
    return (
        '<!doctype html><html lang="nl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)}, {escape(system)} (nagebootst)</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(system)} (nagebootst): {escape(heading)}</h1>{content}</main></body></html>"
    )


def _cell(name: str, cell: str) -> str:
    return f'<td data-kop="{escape(name)}">{cell}</td>'


def _form(action: str, form: Form) -> str:
    inputs = "".join(_input(form, each) for each in form.fields)
    intro = f'<p class="toelichting">{escape(form.intro)}</p>' if form.intro else ""
    return (
        f'<form method="post" action="{escape(action)}"><h2>{escape(form.title)}</h2>{intro}'
        f'<input type="hidden" name="formulier" value="{escape(form.name)}">{inputs}'
        f'<button type="submit">{escape(form.button)}</button></form>'
    )


def _input(form: Form, field: Field) -> str:
    key = escape(f"{form.name}-{field.name}")
    name, must = escape(field.name), " required" if field.required else ""
    label = f'<label for="{key}">{escape(field.label)}{"" if field.required else " (mag leeg)"}</label>'
    if field.kind == "select":
        options = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in field.choices)
        return f'{label}<select id="{key}" name="{name}"{must}>{options}</select>'
    if field.kind == "textarea":
        return f'{label}<textarea id="{key}" name="{name}" rows="4"{must}>{escape(field.value)}</textarea>'
    if field.kind == "checkbox":
        box = f'<input type="checkbox" id="{key}" name="{name}" value="J">'
        return f'<label for="{key}">{box}{escape(field.label)}</label>'
    return f'{label}<input type="{field.kind}" id="{key}" name="{name}" value="{escape(field.value)}"{must}>'
